import {mkdtemp, rm, truncate, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {blobSource, bytesSource} from "../../src/lib/io/byte-source.js";
import {FormatError} from "../../src/lib/io/format-error.js";
import {openFile} from "../../src/lib/io/node-file.js";

const BYTES = Uint8Array.from({length: 100}, (_, i) => i);
let folder = "";
let path = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bytes-"));
  path = join(folder, "file");
  await writeFile(path, BYTES);
});

afterAll(() => rm(folder, {recursive: true}));

describe("a byte source", () => {
  test("gives the same ranges from memory, a Blob and a file", async () => {
    const file = await openFile(path);
    for (const source of [bytesSource(BYTES), blobSource(new Blob([BYTES])), file]) {
      expect(source.size).toBe(100);
      expect(Array.from(await source.read(97, 3))).toEqual([97, 98, 99]);
      expect((await source.read(100, 0)).length).toBe(0);
      for (const [offset, length] of [
        [98, 3],
        [-1, 1],
        [0, -1],
        [0.5, 1],
        [0, Number.NaN],
      ] as const) {
        await expect(source.read(offset, length)).rejects.toThrow(
          `offset and length must lie inside 100 bytes, got offset ${offset}, length ${length}`,
        );
      }
    }
    await file.close();
  });

  test("a file that shrinks while it is open is a FormatError", async () => {
    const file = await openFile(path);
    await truncate(path, 10);
    const error = await file.read(5, 20).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({
      kind: "truncated",
      offset: 10,
      message: "openFile: file size must be 100 bytes as it was when opened, got 10 (at byte 10)",
    });
    await file.close();
  });
});
