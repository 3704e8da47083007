import {describe, expect, test} from "vitest";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {packedBytes} from "../../../src/lib/formats/format.js";
import {magnitudePrune} from "../../../src/lib/kv/sparse-kv/magnitude-prune.js";
import {
  keptCount,
  packSparsePage,
  sparsePageBytes,
  unpackSparsePage,
} from "../../../src/lib/kv/sparse-kv/sparse-kv.js";
import {sparseKvCache} from "../../../src/lib/kv/sparse-kv/sparse-kv-cache.js";
import {tinyDecoder} from "../../engine/tiny.js";
import {normals} from "../random.js";

/** Values that bfloat16 holds. */
const inBf16 = (x: Float32Array) => x.map((value) => Math.round(value * 32) / 32);
/** Different magnitudes that bfloat16 holds. */
const distinct = (count: number) =>
  Float32Array.from({length: count}, (_, i) => (i % 2 === 0 ? 1 : -1) * (((i * 37) % count) + 1));

describe("a page without its small numbers", () => {
  test.each([0, 10, 30, 50, 99, 100])("comes back as the pruned tensor, %d %% gone", (percent) => {
    for (const count of [1, 7, 64, 101]) {
      const x = distinct(count);
      const page = packSparsePage(x, percent);
      expect(unpackSparsePage(page, percent)).toEqual(magnitudePrune(x, percent));
      expect(packedBytes(page)).toBe(sparsePageBytes(count, percent));
      expect(keptCount(count, percent)).toBe(
        magnitudePrune(x, percent).filter((value) => value !== 0).length,
      );
    }
  });

  test("has one length, also where magnitudes are equal: the first of them stay", () => {
    const ones = new Float32Array(20).fill(-1);
    const back = unpackSparsePage(packSparsePage(ones, 50), 50);
    expect([...back]).toEqual(Array.from({length: 20}, (_, i) => (i < 11 ? -1 : 0)));
    for (const x of [new Float32Array(20), inBf16(normals(3, 20))])
      expect(packedBytes(packSparsePage(x, 70))).toBe(sparsePageBytes(20, 70));
  });

  test("keeps infinities and refuses NaN", () => {
    const x = Float32Array.of(1, Number.POSITIVE_INFINITY, 2, -3);
    expect([...unpackSparsePage(packSparsePage(x, 75), 75)]).toEqual(
      [0, Number.POSITIVE_INFINITY, 0, -3].map((v, i) => (i === 2 ? 0 : v)),
    );
    expect(() => packSparsePage(Float32Array.of(1, Number.NaN), 50)).toThrow(/got NaN at index 1$/);
    expect(() => packSparsePage(x, 101)).toThrow(/percent must be from 0 to 100, got 101$/);
  });

  test("that is cut is refused", () => {
    const page = packSparsePage(distinct(64), 50);
    const cut = {...page, parts: {...page.parts, values: page.parts.values.slice(2)}};
    expect(() => unpackSparsePage(cut, 50)).toThrow(/values must hold 66 bytes/);
  });
});

describe("sparseKvCache", async () => {
  const model = await tinyDecoder();
  const ids = [3, 17, 5, 11, 2, 19, 8, 1, 14, 6];
  const last = (percent: number) => {
    const options = {keyPercent: percent, valuePercent: percent, pageTokens: 4};
    const cache = sparseKvCache(model.config, options);
    forward(model, ids.slice(0, 9), {cache});
    cache.endPrompt?.();
    return forward(model, ids.slice(9), {cache}).data;
  };
  const plain = () => {
    const cache = plainKvCache(model.config);
    forward(model, ids.slice(0, 9), {cache});
    return forward(model, ids.slice(9), {cache}).data;
  };
  const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]));

  test("nears the plain cache as less goes", () => {
    const [whole, half, none] = [0, 50, 100].map((percent) => distance(last(percent), plain()));
    expect(whole).toBeLessThan(0.05 * none);
    expect(half).toBeLessThan(none);
  });
});
