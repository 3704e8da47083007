import {describe, expect, test} from "vitest";
import {bitPlanes, ones, planeProduct} from "../../src/lib/arithmetic/bit-planes/bit-planes.js";
import {OPERATION_NAMES} from "../../src/lib/arithmetic/counts.js";
import {arithmetics} from "../../src/lib/arithmetic/registry.js";
import {frozenShare, latentCount, latentWeight} from "../../src/lib/arithmetic/shift/latents.js";
import {shiftFloat16Bits, shiftFloat32} from "../../src/lib/arithmetic/shift/shift-float.js";
import {oddInteger, oddScale} from "../../src/lib/arithmetic/tables/odd-integers.js";
import {entryOf, signTables, tableDot, tableIndices} from "../../src/lib/arithmetic/tables/sign-tables.js";
import {castValue, encodeValues} from "../../src/lib/formats/cast.js";
import {bipolarValues} from "../../src/lib/formats/codebook/bipolar.js";
import {shiftValues} from "../../src/lib/formats/codebook/shift.js";
import {f16} from "../../src/lib/formats/element.js";
import {multiply} from "../../src/lib/tensor/dense.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const stream = randomStream(9, "products");
const [TOKENS, OUTPUTS, WIDTH] = [3, 5, 37];
const weights = {shape: [OUTPUTS, WIDTH], data: draws(OUTPUTS * WIDTH, () => stream.normal())};
const inputs = {shape: [TOKENS, WIDTH], data: draws(TOKENS * WIDTH, () => stream.normal())};

const transposed = (w: Float64Array) =>
  Float64Array.from({length: w.length}, (_, i) => w[(i % OUTPUTS) * WIDTH + Math.floor(i / OUTPUTS)]);

/** Error that an arithmetic may make, of the largest result: of rounding in float32, or of a product by addition. */
const BOUND = {exact: 1e-12, rounded: 1e-5, approximate: 0.2};

describe.each(arithmetics.all.map((each) => [each.id, each] as const))(
  "%s",
  (_, {product, exactness, weightBits: [least, most]}) => {
    test("is the product of what it read, for every width of a weight", () => {
      for (const weightBits of [1, 2, 3, 4, 8].filter((bits) => bits >= least && bits <= most)) {
        const run = product(weights, inputs, {weightBits});
        const exact = multiply(run.inputs, transposed(run.weights), WIDTH);
        const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        for (const [i, value] of run.output.entries()) {
          expect(Math.abs(value - exact[i])).toBeLessThanOrEqual(BOUND[exactness] * largest);
        }
      }
    });

    test("leaves a few multiplications a result, by scales, and counts whole operations", () => {
      const {counts} = product(weights, inputs);
      expect(counts.multiplications).toBeLessThanOrEqual(5 * TOKENS * OUTPUTS);
      for (const name of OPERATION_NAMES)
        expect(Number.isInteger(counts[name]) && counts[name] >= 0).toBe(true);
    });

    test("refuses matrices that do not fit each other", () => {
      expect(() => product(weights, {shape: [1, 5], data: new Float32Array(5)})).toThrow(
        "product: inputs must",
      );
    });
  },
);

describe("bit planes", () => {
  const pairs = Array.from({length: 64}, (_, i) => [1 + (i % 8), 1 + (i >> 3)] as const);

  test.each(pairs)("of %i and %i bits give the integer product exactly", (p, q) => {
    const width = 33 + p + 8 * q;
    const codes = (rows: number, bits: number) =>
      Uint8Array.from({length: rows * width}, () => stream.integer(2 ** bits));
    const [w, x] = [codes(2, p), codes(3, q)];
    const found = planeProduct(bitPlanes(w, width, p), bitPlanes(x, width, q));
    const [wValues, xValues] = [bipolarValues(p), bipolarValues(q)];
    for (let t = 0; t < 3; t++) {
      for (let o = 0; o < 2; o++) {
        let sum = 0;
        for (let k = 0; k < width; k++) sum += wValues[w[o * width + k]] * xValues[x[t * width + k]];
        expect(found[2 * t + o]).toBe(sum);
      }
    }
  });

  test("of rows of other lengths are refused", () => {
    expect(() => planeProduct(bitPlanes([0, 1], 2, 1), bitPlanes([1], 1, 1))).toThrow("planeProduct: x must");
    expect(() => bitPlanes([0], 1, 9)).toThrow("bitPlanes: bits must be");
  });

  test("count ones", () => {
    for (const word of [0, 1, 0x80000000, 0xffffffff, 0x12345678]) {
      expect(ones(word)).toBe(word.toString(2).replaceAll("0", "").length);
    }
  });
});

describe("tables", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "over %i inputs hold every sum, and half of one mirrors the rest",
    (size) => {
      const x = Float64Array.from({length: 2 * size + 1}, () => stream.integer(101) - 50);
      const [full, half] = [signTables(x, size, false), signTables(x, size, true)];
      expect(full.groups).toBe(Math.ceil(x.length / size));
      for (let group = 0; group < full.groups; group++) {
        for (let index = 0; index < 2 ** size; index++) {
          let sum = 0;
          for (let j = 0; j < size; j++) sum += ((index >> j) & 1 ? 1 : -1) * (x[group * size + j] ?? 0);
          expect(entryOf(full, group, index)).toBe(sum);
          expect(entryOf(half, group, index) + 0).toBe(sum + 0);
        }
      }
      expect(half.sums.length).toBe(full.sums.length / 2);
    },
  );

  test("look a row up that is the sum of odd integers times inputs", () => {
    const x = Float64Array.from({length: 12}, () => stream.integer(11) - 5);
    const codes = Uint8Array.from({length: 12}, () => stream.integer(8));
    const expected = x.reduce((sum, value, k) => sum + oddInteger(codes[k], 3) * value, 0);
    expect(tableDot(signTables(x, 4, true), tableIndices(codes, 12, 3, 4), 3)).toBe(expected);
  });

  test("take one lookup for each plane and group: rows times width times bits over inputs of a table", () => {
    const run = arithmetics.byId("lookup-tables").product(weights, inputs, {weightBits: 3, tableInputs: 4});
    expect(run.counts.lookups).toBe(TOKENS * OUTPUTS * 3 * Math.ceil(WIDTH / 4));
  });

  test("read integers with a zero point as odd ones: s (q - z) = s' (q' - z')", () => {
    for (const bits of [1, 2, 3, 4, 8]) {
      const [scale, zero] = [0.375, 3];
      const odd = oddScale({scale, zero}, bits);
      for (let q = 0; q < 2 ** bits; q++) {
        expect(odd.scale * (oddInteger(q, bits) - odd.zero)).toBe(scale * (q - zero));
      }
    }
  });
});

describe("shifts", () => {
  test("are the product with a power of two, bit for bit", () => {
    for (let i = 0; i < 2000; i++) {
      const x = Math.fround(stream.normal() * 2 ** (stream.integer(200) - 100));
      const shift = stream.integer(21) - 10;
      expect(shiftFloat32(x, shift)).toBe(Math.fround(x * 2 ** shift));
    }
  });

  test("leave zeros alone and stay at the largest number", () => {
    expect(Object.is(shiftFloat32(-0, 3), -0)).toBe(true);
    expect(shiftFloat32(0, 3)).toBe(0);
    expect(shiftFloat32(-3e38, 4)).toBe(-3.4028234663852886e38);
    expect(shiftFloat32(1e-38, -9)).toBe(0);
  });

  test("are the product in float16 too", () => {
    const [most] = encodeValues(f16, Float32Array.of(65504));
    for (let i = 0; i < 500; i++) {
      const x = castValue(f16, stream.normal());
      if (Math.abs(x) < 2 ** -10) continue;
      const [bits, expected] = encodeValues(f16, Float32Array.of(x, 8 * x));
      expect(shiftFloat16Bits(bits, 3)).toBe(expected);
    }
    expect(shiftFloat16Bits(most, 1)).toBe(most);
    expect(shiftFloat16Bits(0x8000, 1)).toBe(0x8000);
  });

  test.each([2, 3, 4])("of %i bits have the codebook of their latents, never a zero", (bits) => {
    const count = latentCount(bits);
    const found = new Set<number>();
    const runs = new Map<number, number>();
    for (let pattern = 0; pattern < 2 ** count; pattern++) {
      const weight = latentWeight(Array.from({length: count}, (_, i) => ((pattern >> i) & 1 ? 0.1 : -0.1)));
      found.add(weight);
      runs.set(Math.abs(weight), (runs.get(Math.abs(weight)) ?? 0) + 1);
    }
    const ascending = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
    expect(ascending(found)).toEqual(ascending(shiftValues(bits)));
    // Of random latents a shift s has the share 2^-(s + 1), and the largest one the rest.
    const largest = count - 1;
    for (const [power, times] of runs) {
      const shift = Math.log2(power);
      expect(times / 2 ** count).toBe(2 ** -Math.min(shift + 1, largest));
    }
  });

  test("are frozen where they stay", () => {
    expect(frozenShare([1, -1, 1, 1], [1, 1, 1, 1])).toBe(0.75);
    expect(() => frozenShare([], [])).toThrow("frozenShare: after must");
  });
});
