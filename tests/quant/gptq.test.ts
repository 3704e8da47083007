import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {integerGroups} from "../../src/cli/conformance/released/integer-groups.js";
import {calibrate, outputError} from "../../src/lib/engine/calibration/calibration.js";
import {gptqHessian} from "../../src/lib/engine/calibration/compensation.js";
import {type Format, packedBytes} from "../../src/lib/formats/format.js";
import {mx, mxfp4, mxfp6E2m3, mxfp8E5m2, mxIntElement, mxint4, mxint8} from "../../src/lib/formats/mx/mx.js";
import {nvfp4} from "../../src/lib/formats/nvfp4/nvfp4.js";
import {frozenGrid} from "../../src/lib/quant/frozen-grid.js";
import {gptq, gptqRound} from "../../src/lib/quant/gptq.js";
import {roundToNearest} from "../../src/lib/quant/rtn.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {activations, gaussian} from "./helpers.js";

const FORMATS: readonly Format[] = [mxfp4, mxint4, mx({blockSize: 16}), mxfp6E2m3, nvfp4()];

describe("gptq with a format", () => {
  test.each(FORMATS)("errs less on the calibration outputs than round to nearest: $id", (format) => {
    const ratios = [1, 2, 3, 4, 5, 6].map((seed) => {
      const calibration = calibrate([activations(seed, 96, 48)]);
      const w = gaussian(seed + 20, [16, 48]);
      const plain = outputError(w, roundToNearest(w, format).weight, calibration);
      return outputError(w, gptq(w, calibration, format).weight, calibration) / plain;
    });
    expect(Math.max(...ratios)).toBeLessThan(1);
    expect(ratios.reduce((a, b) => a + b) / ratios.length).toBeLessThan(0.8);
  });

  test.each([...FORMATS, mxfp8E5m2, mxint8])(
    "packs as the format packs, byte for byte as many: $id",
    (format) => {
      const calibration = calibrate([activations(7, 40, 40)]);
      const w = gaussian(8, [6, 40]);
      const {packed, weight} = gptq(w, calibration, format);
      const plain = roundToNearest(w, format).packed;
      expect(packedBytes(packed)).toBe(packedBytes(plain));
      expect({...packed.parts, codes: null}).toEqual({...plain.parts, codes: null});
      expect(weight).toEqual(format.decode(packed));
    },
  );

  test("without correlation between inputs it is round to nearest", () => {
    // One token a channel: the Hessian is diagonal, and nothing can be made up elsewhere.
    const x = tensor(
      Float32Array.from({length: 32 * 32}, (_, k) => (k % 33 === 0 ? 1 + (k % 7) : 0)),
      [32, 32],
    );
    const w = gaussian(9, [4, 32]);
    expect(gptq(w, calibrate([x]), mxint4).weight.data).toEqual(roundToNearest(w, mxint4).weight.data);
  });

  test("the group size of the lazy update changes nothing but rounding", () => {
    const calibration = calibrate([activations(10, 80, 48)]);
    const w = gaussian(11, [8, 48]);
    const one = gptq(w, calibration, mxfp4, {groupSize: 1}).packed.parts.codes;
    for (const groupSize of [7, 16, 48, 128]) {
      expect(gptq(w, calibration, mxfp4, {groupSize}).packed.parts.codes).toEqual(one);
    }
  });

  test("rows do not see each other", () => {
    const calibration = calibrate([activations(12, 60, 32)]);
    const w = gaussian(13, [5, 32]);
    const third = tensor(w.data.slice(64, 96), [1, 32]);
    expect(gptq(w, calibration, mxfp4).weight.data.slice(64, 96)).toEqual(
      gptq(third, calibration, mxfp4).weight.data,
    );
  });

  test("a weight that the format holds exactly stays, and w is not changed", () => {
    const w = roundToNearest(gaussian(14, [4, 32]), mxint4).weight;
    const before = w.data.slice();
    const found = gptq(w, calibrate([activations(15, 50, 32)]), mxint4);
    // Round to nearest twice may take a smaller scale the second time, so compare on its own grid.
    expect(found.weight.data).toEqual(roundToNearest(w, mxint4).weight.data);
    expect(w.data).toEqual(before);
  });
});

describe("gptq with ugly inputs", () => {
  test("dead inputs get zero weights and disturb no other", () => {
    const x = activations(1, 60, 32);
    for (let t = 0; t < 60; t++) x.data[t * 32 + 3] = 0;
    const w = gaussian(2, [5, 32]);
    const {weight} = gptq(w, calibrate([x]), mxint4);
    for (let row = 0; row < 5; row++) expect(weight.data[row * 32 + 3]).toBe(0);
    const zeroed = tensor(
      w.data.map((value, k) => (k % 32 === 3 ? 0 : value)),
      w.shape,
    );
    expect(weight.data).toEqual(gptq(zeroed, calibrate([x]), mxint4).weight.data);
  });

  test("one token, no signal at all, and zero weights", () => {
    const w = gaussian(3, [4, 32]);
    expect(gptq(w, calibrate([activations(4, 1, 32)]), mxfp4).weight.data.every(Number.isFinite)).toBe(true);
    const silent = calibrate([tensor(new Float32Array(64), [2, 32])]);
    expect(gptq(w, silent, mxfp4).weight.data.every((value) => value === 0)).toBe(true);
    const zeros = tensor(new Float32Array(64), [2, 32]);
    expect(gptq(zeros, calibrate([activations(5, 9, 32)]), mxfp4).weight.data.map((v) => v + 0)).toEqual(
      zeros.data,
    );
  });

  test("two equal inputs, which make the Hessian singular", () => {
    const x = activations(6, 40, 16);
    for (let t = 0; t < 40; t++) x.data[t * 16 + 1] = x.data[t * 16];
    expect(gptq(gaussian(7, [3, 16]), calibrate([x]), mxint4).weight.data.every(Number.isFinite)).toBe(true);
  });

  test("no rows", () => {
    expect(gptq(tensor([], [0, 16]), calibrate([activations(1, 4, 16)]), mxfp4).weight.shape).toEqual([
      0, 16,
    ]);
  });

  test("a NaN weight, other inputs, damping and groups out of range are refused", () => {
    const calibration = calibrate([activations(1, 9, 16)]);
    const w = gaussian(1, [2, 16]);
    const groups = integerGroups(2, 16, {groupSize: 8});
    const broken = tensor(w.data.slice(), w.shape);
    broken.data[5] = Number.NaN;
    expect(() => gptqRound(broken, calibration, groups)).toThrow(
      "gptq: w must be finite, got NaN at index 5",
    );
    expect(() => gptq(broken, calibration, mxfp4)).toThrow("gptq: w must be finite, got NaN at index 5");
    expect(() => gptq(gaussian(1, [2, 8]), calibration, mxfp4)).toThrow(
      "must have the calibration's 16 inputs, got 8",
    );
    expect(() => gptq(w, calibration, mxfp4, {damping: 0})).toThrow(
      "gptq: damping must be a number above 0, got 0",
    );
    expect(() => gptq(w, calibration, mxfp4, {groupSize: 0})).toThrow(
      "groupSize must be an integer of at least 1",
    );
    expect(() => integerGroups(1, 1, {bits: 9})).toThrow(
      "integerGroups: bits must be an integer from 2 to 8, got 9",
    );
  });
});

describe("the Hessian", () => {
  test("is twice the mean over samples, whatever their number of tokens", () => {
    const x = tensor([1, 2, 3, 4], [2, 1, 2]);
    expect(gptqHessian(calibrate([x]))).toEqual(Float64Array.of(10, 14, 14, 20));
  });
});

describe("integerGroups", () => {
  test("takes fresh scales from the compensated weights of each group", () => {
    const calibration = calibrate([activations(3, 80, 32)]);
    const w = gaussian(4, [6, 32]);
    const groups = integerGroups(6, 32, {groupSize: 8});
    const rounded = gptqRound(w, calibration, groups);
    expect(groups.scales).toHaveLength(4);
    const first = Float32Array.from({length: 6}, (_, row) =>
      Math.fround(Math.max(...w.data.slice(row * 32, row * 32 + 8).map(Math.abs)) * Math.fround(2 / 15)),
    );
    expect(groups.scales[0]).toEqual(first);
    const second = Math.max(...w.data.slice(8, 16).map(Math.abs)) * (2 / 15);
    expect(groups.scales[1][0]).not.toBeCloseTo(second, 5);
    rounded.data.forEach((value, k) => {
      const steps = value / groups.scales[Math.floor((k % 32) / 8)][Math.floor(k / 32)];
      expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-5);
      expect(Math.round(steps)).toBeGreaterThanOrEqual(-8);
      expect(Math.round(steps)).toBeLessThanOrEqual(7);
    });
  });

  test("errs less than rounding with the same scales but no compensation", () => {
    const calibration = calibrate([activations(5, 80, 32)]);
    const w = gaussian(6, [8, 32]);
    const plain = integerGroups(8, 32, {groupSize: 8});
    const nearest = tensor(new Float32Array(w.data.length), w.shape);
    const weights = Float64Array.from(w.data);
    for (let from = 0; from < 32; from += 8) {
      const round = plain.beginGroup(weights, from, from + 8);
      for (let row = 0; row < 8; row++) {
        for (let c = from; c < from + 8; c++)
          nearest.data[row * 32 + c] = round(row, c, w.data[row * 32 + c]);
      }
    }
    const rounded = gptqRound(w, calibration, integerGroups(8, 32, {groupSize: 8}));
    expect(outputError(w, rounded, calibration)).toBeLessThan(0.8 * outputError(w, nearest, calibration));
  });
});

describe("frozenGrid", () => {
  test("rounds to a nearest value that the element can have, as the format does where the scales are its own", () => {
    fc.assert(
      fc.property(
        fc.integer({min: 0, max: 999}),
        fc.constantFrom(mxfp4, mxint4, mxfp6E2m3),
        (seed, format) => {
          const w = gaussian(seed, [3, 40]);
          const grid = frozenGrid(w, format);
          const own = roundToNearest(w, format).weight.data;
          w.data.forEach((value, k) => {
            const found = grid.round(Math.floor(k / 40), k % 40, value);
            expect(Math.abs(found - value)).toBe(Math.abs(own[k] - value));
          });
          expect(format.decode(grid.packed()).data.map((v) => v + 0)).toEqual(own.map((v) => v + 0));
        },
      ),
      {seed: 10, numRuns: 30},
    );
  });

  test("takes the even code at a tie and never a code for NaN or infinity", () => {
    const grid = frozenGrid(tensor([6, 0], [1, 2]), mxfp4);
    expect(grid.round(0, 1, 0.25)).toBe(0);
    expect(grid.round(0, 1, 0.75)).toBe(1);
    expect(grid.round(0, 1, 1e9)).toBe(6);
    const wide = frozenGrid(tensor([57344, 0], [1, 2]), mxfp8E5m2);
    expect(wide.round(0, 1, 1e30)).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  test("keeps to the codes that the format's encoder writes", () => {
    const steps = (range: "full" | "restricted") => {
      const format = mx({element: mxIntElement(4, range)});
      return frozenGrid(tensor([1.75, 0], [1, 2]), format).round(0, 1, -10);
    };
    expect(steps("restricted")).toBe(-1.75);
    expect(steps("full")).toBe(-2);
  });

  test("reaches every step of wide formats", () => {
    for (const format of [mxint8, mxfp8E5m2, mxfp6E2m3]) {
      const top = Math.max(...format.codebook.values.filter(Number.isFinite));
      const grid = frozenGrid(tensor([top, 0], [1, 2]), format);
      for (const value of format.codebook.values) {
        if (Math.abs(value) <= top) expect(grid.round(0, 1, value) + 0).toBe(value + 0);
      }
    }
  });

  test("refuses a format whose codes stand in another order, or under another name", () => {
    const w = gaussian(1, [2, 32]);
    const mirrored: Format = {
      ...mxfp4,
      id: "mirrored",
      encode: (x) => mxfp4.encode({...x, data: x.data.slice().reverse()}),
    };
    const backwards: Format = {
      ...mirrored,
      decode: (packed) => {
        const {shape, data} = mxfp4.decode(packed);
        return {shape, data: data.slice().reverse()};
      },
    };
    expect(() => frozenGrid(w, backwards)).toThrow(
      "frozenGrid: format must store codes in the tensor's order, got mirrored",
    );
    const unnamed: Format = {...mxfp4, id: "unnamed", encode: (x) => ({...mxfp4.encode(x), parts: {}})};
    expect(() => frozenGrid(w, unnamed)).toThrow(
      "must pack 4 bits an element in a part named codes, got unnamed",
    );
    const wide: Format = {...mxfp4, id: "wide", codebook: {bits: 16, values: []}};
    expect(() => frozenGrid(w, wide)).toThrow("format must have at most 8 bits a code, got 16 (wide)");
    expect(() => frozenGrid(w, mxfp4).round(0, 0, Number.NaN)).toThrow(
      "value must be finite, got NaN at index 0",
    );
  });
});
