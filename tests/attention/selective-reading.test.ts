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
  return parts.map((ids) => forward(model, ids, {cache, hooks}).data);
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

  test("counts a whole pass as reading all, and follows a text that went back", () => {
    const {reading} = run(0.3);
    reading.cache.truncate(5);
    forward(model, IDS.slice(5, 9), {cache: reading.cache, hooks: reading.hooks});
    expect(reading.bytesRead()).toBe(reading.cache.bytes());
    const after = forward(model, [IDS[9]], {cache: reading.cache, hooks: reading.hooks}).data;
    const straight = questCache(config, packedKvCache(config, fp32), {
      pageSize: 4,
      keepFraction: 0.3,
      denseLayers: 0,
      boundsFormat: fp32,
    });
    // The same passes but those that chose: whole ones.
    const {cache, hooks} = straight;
    reading.cache.truncate(0);
    forward(model, IDS.slice(0, 9), {cache, hooks});
    forward(model, IDS.slice(0, 9), {cache: reading.cache, hooks: reading.hooks});
    expect(forward(model, [IDS[9]], {cache: reading.cache, hooks: reading.hooks}).data).toEqual(
      forward(model, [IDS[9]], {cache, hooks}).data,
    );
    expect(after.every(Number.isFinite)).toBe(true);
  });

  test("refuses a share of nothing", () => {
    expect(() => run(0)).toThrow(/keepFraction must be above 0 and at most 1, got 0$/);
  });
});

describe("selectiveReading", () => {
  test.each([
    [[[0], [0], [0], [0], [0], []], /head 5 must select keys from 0 to 1, got none$/],
    [[[0], [0], [9], [0], [0], [0]], /head 2 must select keys from 0 to 1, got 9$/],
    [[[0]], /select must give 6 heads, got 1$/],
  ])("refuses a selection %j", (selected, message) => {
    const {cache, hooks} = selectiveReading(config, packedKvCache(config, fp32), {select: () => selected});
    forward(model, [1], {cache, hooks: {}});
    expect(() => forward(model, [2], {cache, hooks})).toThrow(message);
  });

  test("counts a key once that two query heads of its head read", () => {
    const reading = selectiveReading(config, packedKvCache(config, fp32), {
      denseLayers: 1,
      select: ({heads}) => Array.from({length: heads}, () => [0, 2]),
    });
    forward(model, IDS.slice(0, 3), {cache: reading.cache, hooks: reading.hooks});
    expect(reading.bytesRead()).toBe(reading.cache.bytes());
    forward(model, [4], {cache: reading.cache, hooks: reading.hooks});
    const layer = 4 * 2 * WIDTH * 4;
    expect(reading.bytesRead()).toBe(layer + layer / 2);
  });
});
