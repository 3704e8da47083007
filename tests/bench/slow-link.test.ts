import {mkdtempSync, rmSync, statSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {type LayerFile, writeLayers} from "../../bench/slow-link/layer-file.js";
import {diskLink, type Link, limitedLink} from "../../bench/slow-link/link.js";
import {streamedDecoder} from "../../bench/slow-link/streamed-decoder.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {openFolder} from "../../src/lib/io/node-file.js";

const IDS = [1, 3, 69, 82, 135];
let folder = "";
let weights: DecoderWeights;
let file: LayerFile;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slow-link-test-"));
  const model = await openFolder("src/data/models/decoder-small");
  weights = await openDecoderWeights(model);
  await model.close();
  file = writeLayers(weights, join(folder, "layers.bin"));
});
afterAll(() => rmSync(folder, {recursive: true}));

/** A link that counts its copies. */
function counted(link: Link) {
  const counts = {copies: 0, bytes: 0};
  const read = (target: Uint8Array, position: number) => {
    counts.copies++;
    counts.bytes += target.length;
    link.read(target, position);
  };
  return {counts, link: {...link, read}};
}

describe("a decoder whose layers are copied", () => {
  test("computes what the whole decoder computes, to the bit, whatever stays", async () => {
    const want = forward(await decoderOf(weights, {backend: await wasmBackend()}), IDS).data;
    for (const resident of [0, 2, file.layers]) {
      const model = await streamedDecoder(weights, file, diskLink(file.path), resident);
      expect(forward(model, IDS).data).toEqual(want);
    }
  });

  test("copies each layer that does not stay once in every pass", async () => {
    expect(statSync(file.path).size).toBe(file.layers * file.layerBytes);
    const {counts, link} = counted(diskLink(file.path));
    const model = await streamedDecoder(weights, file, link, 2);
    expect(counts.copies).toBe(2);
    for (const passes of [1, 2]) {
      forward(model, IDS);
      expect(counts.copies).toBe(2 + passes * (file.layers - 2));
    }
    expect(counts.bytes).toBe(counts.copies * file.layerBytes);
  });

  test("gets the same bytes over a link that waits", () => {
    const [plain, slow] = [new Uint8Array(4096), new Uint8Array(4096)];
    const cached: Link = {name: "zeros", read: (target, position) => void target.fill(position / 4096)};
    cached.read(plain, 4096);
    limitedLink(cached, 1e12).read(slow, 4096);
    expect(slow).toEqual(plain);
    expect(limitedLink(cached, 2e8).name).toBe("200 MB/s, waited for");
  });
});
