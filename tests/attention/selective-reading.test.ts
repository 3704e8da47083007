import {describe, expect, test} from "vitest";
import {questCache} from "../../src/lib/attention/quest/quest-cache.js";
import {type ReadingCache, selectiveReading} from "../../src/lib/attention/selective-reading.js";
import {type PackedKvCache, packedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {fp32} from "../../src/lib/formats/float/float.js";
import {nvfp4} from "../../src/lib/formats/nvfp4/nvfp4.js";
import {tinyDecoder} from "../engine/tiny.js";

const IDS = [3, 17, 5, 11, 2, 19, 8, 1, 14, 6, 9, 21, 4];
const model = await tinyDecoder();
const {config} = model;
const WIDTH = 3 * 4;
const LAYERS = 2;

/** Logits of a prefill of 8 tokens and then one token at a time. */
function logits({cache, hooks}: Pick<ReadingCache, "cache" | "hooks">): Float32Array[] {
  const parts = [IDS.slice(0, 8), ...IDS.slice(8).map((id) => [id])];
  return parts.map((ids) => {
    const {data} = forward(model, ids, {cache, hooks});
    if (cache.length === 8) cache.endPrompt?.();
    return data;
  });
}
const plain = () => logits({cache: packedKvCache(config, fp32), hooks: {}});

describe("questCache", () => {
  const run = (keepFraction: number, inner: () => PackedKvCache = () => packedKvCache(config, fp32)) => {
    const reading = questCache(config, inner(), {
      pageSize: 4,
      keepFraction,
      denseLayers: 0,
      boundsFormat: fp32,
    });
    return {reading, values: logits(reading)};
  };

  test("reading every page is the cache itself, to the bit", () => {
    const {reading, values} = run(1);
    expect(values).toEqual(plain());
    // Beside the cache two rows a page of keys: 4 pages.
    const bounds = LAYERS * 4 * 2 * WIDTH * 4;
    expect(reading.bytes()).toBe(reading.cache.bytes() + bounds);
    expect(reading.bytesRead()).toBe(reading.bytes());
  });

  test("reads fewer bytes than it holds, of a quantized cache too", () => {
    const {reading, values} = run(0.3, () => packedKvCache(config, nvfp4()));
    expect(values.flatMap((x) => [...x]).every(Number.isFinite)).toBe(true);
    expect(reading.bytesRead()).toBeLessThan(reading.bytes());
    // Two of four pages for each of two heads that share keys: at least 5 of 13 rows.
    const least = (reading.cache.bytes() * 5) / 13 + LAYERS * 4 * 2 * WIDTH * 4;
    expect(reading.bytesRead()).toBeGreaterThanOrEqual(least);
  });

  test("comes back from a draft, its bounds included", () => {
    const [{reading}, {reading: straight}] = [run(0.3), run(0.3)];
    for (const id of [7, 12, 3, 8]) forward(model, [id], reading);
    reading.cache.truncate(IDS.length);
    expect(reading.bytes()).toBe(straight.bytes());
    expect(forward(model, [4], reading)).toEqual(forward(model, [4], straight));
  });

  test("refuses a share of nothing", () => {
    expect(() => run(0)).toThrow(/keepFraction must be above 0 and at most 1, got 0$/);
  });
});

describe("selectiveReading", () => {
  test("refuses a head that reads nothing", () => {
    const {cache, hooks} = selectiveReading(config, packedKvCache(config, fp32), {
      mask: ({heads, keyPositions}) => new Uint8Array(heads * keyPositions.length),
    });
    forward(model, [1], {cache, hooks});
    cache.endPrompt?.();
    expect(() => forward(model, [2], {cache, hooks})).toThrow(/every query must see a key, got none/);
  });

  test("counts a key once that two query heads of its head read", () => {
    const reading = selectiveReading(config, packedKvCache(config, fp32), {
      denseLayers: 1,
      mask: ({heads}) =>
        Uint8Array.from({length: heads * 4}, (_, at) => Number(at % 4 === 0 || at % 4 === 2)),
    });
    forward(model, IDS.slice(0, 3), {cache: reading.cache, hooks: reading.hooks});
    expect(reading.bytesRead()).toBe(reading.cache.bytes());
    reading.cache.endPrompt?.();
    forward(model, [4], {cache: reading.cache, hooks: reading.hooks});
    const layer = 4 * 2 * WIDTH * 4;
    expect(reading.bytesRead()).toBe(layer + layer / 2);
  });
});
