import {expect, test} from "vitest";
import {bytesSource} from "../../src/lib/io/byte-source.js";
import {openSafetensors} from "../../src/lib/io/safetensors.js";
import {fileKindOf} from "../../src/lib/io/sniff.js";

const text = (value: string) => new TextEncoder().encode(value);
const first = (...bytes: number[]) => new Uint8Array([...bytes, ...new Array(60).fill(0)]);

const POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:abab\nsize 4976698672\n";
const INDEX = '{"metadata": {"total_size": 1}, "weight_map": {"a": "b.safetensors"}}';

const FILES = [
  ["lfs-pointer", text(POINTER), "got a Git LFS pointer, not the file itself (at byte 0). Run git lfs pull"],
  ["gguf", first(0x47, 0x47, 0x55, 0x46, 3), "got a GGUF file"],
  ["zip", first(0x50, 0x4b, 3, 4), "got a zip archive: a PyTorch checkpoint"],
  ["pickle", first(0x80, 2, 0x8a, 10), "got a Python pickle"],
  ["html", text("<!DOCTYPE html><html><body>Access denied</body></html>\n"), "got an HTML page"],
  ["html", text("\n  <html>"), "got an HTML page"],
  ["index", text(INDEX), "got the index of a sharded checkpoint"],
  ["json", text('{"model_type": "llama"}'), "got a JSON text"],
  ["gzip", first(0x1f, 0x8b, 8), "got a gzip file (at byte 0). Unpack it first."],
  ["empty", new Uint8Array(0), "got an empty file (at byte 0). Fetch the file again."],
  ["zeros", new Uint8Array(100), "got a file of zeros"],
  ["hdf5", first(0x89, 0x48, 0x44, 0x46), "got an HDF5 file"],
] as const;

test.each(FILES)(
  "%s is named, and the way out, where safetensors was asked for",
  async (id, bytes, message) => {
    expect(fileKindOf(bytes)?.id).toBe(id);
    const opened = openSafetensors(bytesSource(bytes));
    await expect(opened).rejects.toThrow("openSafetensors: file must be a safetensors file, ");
    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toMatchObject({kind: `is-${id}`, offset: 0});
  },
);

test("a download that was cut off is called so", async () => {
  const header = text('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}');
  const whole = new Uint8Array(8 + header.length + 8);
  whole[0] = header.length;
  whole.set(header, 8);
  for (const length of [20, whole.length - 4]) {
    await expect(openSafetensors(bytesSource(whole.subarray(0, length)))).rejects.toThrow(
      "The file is cut off or damaged: fetch it again.",
    );
  }
});

test("metadata may be as long as a header may be", async () => {
  const header = text(JSON.stringify({__metadata__: {note: "x".repeat(68_000)}}));
  const file = new Uint8Array(8 + header.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  expect((await openSafetensors(bytesSource(file))).metadata.get("note")).toHaveLength(68_000);
});
