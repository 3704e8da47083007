import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  MARLIN_NIBBLES,
  packNibbles,
  quantizeEmbedding,
} from "../../../src/lib/ssm/quamba/quamba-embedding.js";
import {quantizeW4, quantizeW4A8} from "../../../src/lib/ssm/quamba2/quamba2-weights.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const stream = randomStream(4, "quamba2 weights");
const w = tensor(
  draws(3 * 40, () => stream.normal()),
  [3, 40],
);

describe("4-bit weights", () => {
  test("use all 16 codes in groups: the largest value is 7.5 steps, which rounds and is cut", () => {
    const {codes, scales} = quantizeW4(tensor([15, -15, 1, 0, 3, 2], [1, 6]), {groupSize: 4});
    expect([...scales]).toEqual([2, Math.fround(3 * Math.fround(2 / 15))]);
    expect([...codes]).toEqual([7, -8, 0, 0, 7, 5]);
  });

  test("a row that fits into one group is symmetric", () => {
    const {codes, scales} = quantizeW4(tensor([7, -7, 1, 0], [1, 4]), {groupSize: 4});
    expect([...scales]).toEqual([1]);
    expect([...codes]).toEqual([7, -7, 1, 0]);
    expect(quantizeW4(w, {groupSize: 128}).scales.length).toBe(3);
  });

  test("stay within half a step but for the cut at the top, which is a whole one at most", () => {
    const {scales, values} = quantizeW4(w, {groupSize: 8});
    expect(scales.length).toBe(15);
    values.data.forEach((value, i) => {
      expect(Math.abs(value - w.data[i])).toBeLessThanOrEqual(0.5 * scales[Math.floor(i / 8)] * (1 + 1e-6));
    });
  });

  test("a group of zeros has scale 0, codes 0 and values 0", () => {
    const zeros = tensor([0, 0, 0, 0, 1, 2, 3, 4], [1, 8]);
    for (const {codes, scales, values} of [
      quantizeW4(zeros, {groupSize: 4}),
      quantizeW4A8(zeros, {groupSize: 4}).groups,
    ]) {
      expect([...codes.slice(0, 4), ...values.data.slice(0, 4), scales[0]]).toEqual(Array(9).fill(0));
    }
    const all = quantizeW4A8(tensor(new Float32Array(8), [1, 8]), {groupSize: 4});
    expect([...all.values.data, ...all.channelScales, ...all.groupRatios!]).toEqual(Array(11).fill(0));
  });

  test("on their second level are 8-bit multiples of a channel scale, off by half a step of it at most", () => {
    const {groups, channelScales, groupRatios, values} = quantizeW4A8(w, {groupSize: 8});
    values.data.forEach((value, i) => {
      const scale = channelScales[Math.floor(i / 40)];
      const code = value / scale;
      expect(Math.abs(code - Math.round(code))).toBeLessThan(1e-4);
      expect(Math.abs(code)).toBeLessThanOrEqual(128 + 1e-4);
      expect(Math.abs(value - groups.values.data[i])).toBeLessThanOrEqual(0.5 * scale * (1 + 1e-5));
    });
    groupRatios!.forEach((ratio, i) => {
      // float16 keeps 11 bits.
      expect(Math.abs(ratio / (groups.scales[i] / channelScales[Math.floor(i / 5)]) - 1)).toBeLessThan(
        2 ** -11,
      );
    });
  });

  test("of whole rows need no second level", () => {
    const {groups, channelScales, groupRatios, values} = quantizeW4A8(w, {groupSize: 40});
    expect(groupRatios).toBeNull();
    expect(channelScales).toEqual(groups.scales);
    expect(values).toEqual(groups.values);
  });

  test("refuse a group of no size and a value that is no number", () => {
    expect(() => quantizeW4(w, {groupSize: 0})).toThrow(
      "quantizeW4: groupSize must be an integer of at least 1, got 0",
    );
    expect(() => quantizeW4A8(tensor([Number.NaN, 1], [1, 2]))).toThrow("NaN");
  });
});

describe("the embedding", () => {
  const rows = tensor([1, -2, 0.5, 0, -1, -2, -4, -8], [2, 4]);

  test("has a scale for each row from its largest magnitude", () => {
    const {codes, scales} = quantizeEmbedding(rows, {bits: 4});
    expect([...scales]).toEqual([0.25, 1]);
    expect([...codes]).toEqual([12, 0, 10, 8, 7, 6, 4, 0]);
    const wide = quantizeEmbedding(rows);
    expect([...wide.codes.slice(4)]).toEqual([-16, -32, -64, -127]);
  });

  test("by the published rule takes the largest value, and clips or mirrors rows below zero", () => {
    const {codes, scales} = quantizeEmbedding(rows, {bits: 4, rowScale: "signed-max"});
    expect([...scales]).toEqual([0.125, -0.125]);
    expect([...codes]).toEqual([15, 0, 12, 8, 15, 15, 15, 15]);
  });

  test("a row of zeros has the codes of zero", () => {
    const zeros = tensor([0, 0], [1, 2]);
    expect([...quantizeEmbedding(zeros, {bits: 4}).codes]).toEqual([8, 8]);
    expect([...quantizeEmbedding(zeros, {bits: 8}).codes]).toEqual([0, 0]);
  });

  test("packs eight codes to a word in the order of Marlin's columns, and nothing is lost", () => {
    expect(packNibbles(Int8Array.of(0, 1, 2, 3, 4, 5, 6, 7))[0] >>> 0).toBe(0x75316420);
    const codes = fc.array(fc.integer({min: 0, max: 15}), {minLength: 16, maxLength: 16});
    fc.assert(
      fc.property(codes, (values) => {
        const words = packNibbles(Int8Array.from(values));
        const back = values.map((_, at) => {
          const nibble = MARLIN_NIBBLES.findIndex((column) => column === at % 8);
          return (words[Math.floor(at / 8)] >>> (4 * nibble)) & 15;
        });
        expect(back).toEqual(values);
      }),
      {seed: 2, numRuns: 100},
    );
  });

  test("refuses other bits, values that are no numbers, and rows that do not fill a word", () => {
    expect(() => quantizeEmbedding(rows, {bits: 5 as 4})).toThrow(
      "quantizeEmbedding: bits must be 4 or 8, got 5",
    );
    expect(() => quantizeEmbedding(tensor([1, Number.NaN], [2, 1]))).toThrow(
      "quantizeEmbedding: values must be finite, got NaN in row 1, column 0",
    );
    expect(() => packNibbles(new Int8Array(7))).toThrow("must be a multiple of 8, got 7");
    expect(() => packNibbles(new Int8Array(8), [0, 1, 2, 3, 4, 5, 6, 6])).toThrow("an order of 0 to 7");
  });
});
