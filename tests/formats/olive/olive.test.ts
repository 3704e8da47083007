import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {packedBytes} from "../../../src/lib/formats/format.js";
import {int} from "../../../src/lib/formats/int.js";
import {type OliveOptions, olive} from "../../../src/lib/formats/olive/olive.js";
import {type NormalType, oliveGrid} from "../../../src/lib/formats/olive/olive-grid.js";
import {pairError, readPairs, writePairs} from "../../../src/lib/formats/olive/olive-pairs.js";
import {unpackCodes} from "../../../src/lib/formats/pack.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

/** Values that a run becomes at scale 1. */
function rounded(values: readonly number[], bits = 4, normal: NormalType = "int"): number[] {
  const grid = oliveGrid(bits, normal);
  const run = {start: 0, count: values.length};
  const codes = new Uint8Array(values.length);
  const back = new Float32Array(values.length);
  writePairs(grid, Float32Array.from(values), run, 1, codes);
  readPairs(grid, codes, run, back);
  return Array.from(back, (value) => value + 0);
}

const trip = (values: readonly number[], options: OliveOptions = {}) => {
  const format = olive(options);
  return [...format.decode(format.encode(tensor(values))).data];
};

describe("the magnitudes of OliVe", () => {
  test("are those of int4 to 28 and of abfloat from 48 to 384", () => {
    const {magnitudes, lastNormal} = oliveGrid(4, "int");
    expect([...magnitudes]).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 48, 64, 96, 128, 192, 256, 384]);
    expect(lastNormal).toBe(7);
  });

  test("are flint's with the largest at the threshold", () => {
    expect([...oliveGrid(4, "flint").magnitudes].slice(0, 8)).toEqual([0, 2, 4, 6, 8, 12, 16, 32]);
  });

  test("fill the codes of every width", () => {
    for (const bits of [3, 4, 5, 6, 7, 8]) {
      const {magnitudes, lastNormal} = oliveGrid(bits, "int");
      expect(magnitudes.length).toBe(2 ** bits - 1);
      expect(lastNormal).toBe(2 ** (bits - 1) - 1);
      expect(magnitudes[lastNormal + 1]).toBeGreaterThan(32);
    }
  });
});

describe("pairs", () => {
  test.each([
    [
      [100, 5],
      [96, 0],
    ],
    [
      [5, 60],
      [0, 64],
    ],
    [
      [100, 200],
      [96, 0],
    ],
    [
      [-100, 5, 3, -60],
      [-96, 0, 0, -64],
    ],
    [
      [1e6, 28],
      [384, 0],
    ],
  ])("%j become %j", (values, wanted) => expect(rounded(values)).toEqual(wanted));

  test.each([
    [2, 4],
    [-2, 0],
    [38, 48],
    [-38, -48],
    [56, 64],
    [-56, -48],
  ])("a tie at %d goes to what is listed later, %d", (value, wanted) =>
    expect(rounded([value, 0])[0]).toBe(wanted),
  );

  test("a last value without a partner is cut to the largest normal one", () => {
    expect(rounded([4, 8, 100])).toEqual([4, 8, 28]);
    expect(rounded([-100])).toEqual([-28]);
    expect(rounded([-100], 4, "flint")).toEqual([-32]);
  });

  test("hold at most one outlier, and the error is that of what they hold", () => {
    const value = fc.oneof(
      fc.float({min: -40, max: 40, noNaN: true}),
      fc.float({min: -500, max: 500, noNaN: true}),
    );
    fc.assert(
      fc.property(
        fc.array(value, {minLength: 1, maxLength: 33}),
        fc.constantFrom(3, 4, 5, 6, 8),
        (values, bits) => {
          const back = rounded(values, bits);
          for (let i = 0; i + 1 < back.length; i += 2) {
            expect(Math.min(Math.abs(back[i]), Math.abs(back[i + 1]))).toBeLessThanOrEqual(32);
            if (Math.abs(back[i]) > 32) expect(back[i + 1]).toBe(0);
            if (Math.abs(back[i + 1]) > 32) expect(back[i]).toBe(0);
          }
          const x = Float32Array.from(values);
          const error = back.reduce((sum, y, i) => sum + (x[i] - y) ** 2, 0);
          const run = {start: 0, count: values.length};
          expect(pairError(oliveGrid(bits, "int"), x, run, 1, Infinity)).toBeCloseTo(error, 6);
        },
      ),
      {seed: 4, numRuns: 100},
    );
  });
});

describe("the format", () => {
  const stream = randomStream(5, "olive");
  const x = tensor(
    draws(8 * 64, () => stream.normal() * (stream.integer(50) === 0 ? 30 : 1)),
    [8, 64],
  );

  test("gives back every value that it can say", () => {
    const values = Float32Array.from({length: 30}, (_, i) =>
      i % 2 === 0 ? oliveGrid(4, "int").magnitudes[i / 2] : 0,
    );
    const run = {start: 0, count: 30};
    for (const sign of [1, -1]) {
      const wanted = values.map((value) => sign * value + 0);
      expect(rounded([...wanted])).toEqual([...wanted]);
    }
    expect(pairError(oliveGrid(4, "int"), values, run, 1, Infinity)).toBe(0);
  });

  test.each([3, 4, 5, 8])("takes exactly %i bits a value and a scale a row", (bits) => {
    const {parts} = olive({bits}).encode(x);
    expect(parts.pairs.length).toBe((8 * 64 * bits) / 8);
    expect(packedBytes({format: "", shape: [], parts})).toBe(parts.pairs.length + 8 * 4);
  });

  test("without outliers and at the largest magnitude is plain int4", () => {
    const plain = int({bits: 4, granularity: "channel"});
    const without = olive({hasOutliers: false, ratios: [1, 1]});
    expect(without.decode(without.encode(x)).data).toEqual(plain.decode(plain.encode(x)).data);
  });

  test("loses less than int4 where there are outliers, and takes flint only where it loses less", () => {
    const error = (options: OliveOptions) => {
      const format = olive(options);
      return format.decode(format.encode(x)).data.reduce((sum, y, i) => sum + (y - x.data[i]) ** 2, 0);
    };
    const plain = error({hasOutliers: false});
    expect(error({})).toBeLessThan(plain / 2);
    expect(error({normal: "ant"})).toBe(Math.min(error({}), error({normal: "flint"})));
  });

  test("marks at most one code of a pair as a victim", () => {
    const format = olive();
    const packed = format.encode(x);
    const codes = unpackCodes(packed.parts.pairs, 4, 512);
    const victims = codes.filter((code) => code === 8).length;
    expect(victims).toBeGreaterThan(0);
    for (let i = 0; i < 512; i += 2) expect(codes[i] === 8 && codes[i + 1] === 8).toBe(false);
  });

  test("holds one value, the smallest and the largest numbers, and rows of zeros", () => {
    expect(trip([0, 0, 0])).toEqual([0, 0, 0]);
    expect(Math.abs(trip([3])[0] - 3)).toBeLessThan(0.3);
    expect(trip([3e38, -3e38, 3e38, 3e38]).every(Number.isFinite)).toBe(true);
    expect(trip([1e-45, -1e-45]).every(Number.isFinite)).toBe(true);
  });

  test("refuses what is not finite, and options out of range", () => {
    expect(() => olive().encode(tensor([1, Number.NaN]))).toThrow(
      "olive4: x must be finite, got NaN at index 1",
    );
    expect(() => olive({bits: 2})).toThrow("olive: bits must be an integer from 3 to 8, got 2");
    expect(() => olive({bits: 8, normal: "flint"})).toThrow(
      "olive: normal must be int above 6 bits, got flint",
    );
    expect(() => olive({ratios: [0, 1]})).toThrow("olive: ratios must ascend above 0");
  });
});
