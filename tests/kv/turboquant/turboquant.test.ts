import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {captureKv} from "../../../src/lib/engine/cache/kv-replacement.js";
import {decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {cacheSetting} from "../../../src/lib/experiments/kv/cache-setting.js";
import {decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import {coordinateCodebook} from "../../../src/lib/kv/turboquant/coordinate-codebook.js";
import {
  randomRotation,
  type TurboQuantOptions,
  turboQuantBytes,
  turboQuantizer,
} from "../../../src/lib/kv/turboquant/turboquant.js";
import {turboQuant} from "../../../src/lib/kv/turboquant/turboquant-technique.js";
import {estimateMean} from "../../../src/lib/stats/moments.js";
import {multiply} from "../../../src/lib/tensor/dense.js";
import {transpose} from "../../../src/lib/tensor/transpose.js";
import {normals, relativeSquare} from "../random.js";

const UPPER = (Math.sqrt(3) * Math.PI) / 2;

describe.each([1, 2, 3, 4])("coordinateCodebook, %i bits", (bits) => {
  test("in many dimensions is that of the normal law", () => {
    // J. Max, "Quantizing for minimum distortion", IRE Transactions on Information Theory 6, 1960, table 1.
    const largest = [0.798, 1.51, 2.152, 2.733][bits - 1];
    const distortion = [0.3634, 0.1175, 0.03454, 0.009497][bits - 1];
    const book = coordinateCodebook(4096, bits);
    expect(64 * book.levels[2 ** bits - 1]).toBeCloseTo(largest, 2);
    expect(book.distortion / distortion).toBeCloseTo(1, 2);
  });

  test("in three dimensions is uniform, and loses just the lower bound, which a circle undercuts", () => {
    const {levels, distortion} = coordinateCodebook(3, bits);
    levels.forEach((level, i) => {
      expect(level).toBeCloseTo((2 * i + 1) / 2 ** bits - 1, 9);
    });
    expect(distortion).toBeCloseTo(4 ** -bits, 9);
    expect(coordinateCodebook(2, bits).distortion).toBeLessThan(0.8 * 4 ** -bits);
    for (const dimension of [4, 16, 127, 1024]) {
      const lost = coordinateCodebook(dimension, bits).distortion * 4 ** bits;
      expect(lost).toBeGreaterThan(1);
      expect(lost).toBeLessThan(UPPER);
    }
  });
});

test("randomRotation is orthogonal, and favours no direction", () => {
  const q = randomRotation(7, 5);
  multiply(q, transpose(q, 7, 7), 7).forEach((value, i) => {
    expect(value).toBeCloseTo(i % 8 === 0 ? 1 : 0, 12);
  });
  const corners = Array.from({length: 400}, (_, seed) => randomRotation(4, seed)[0]);
  // Four standard errors of 1/2 / 20. Without the signs of R's diagonal no corner is above 0.
  expect(Math.abs(corners.reduce((a, b) => a + b) / 400)).toBeLessThan(0.1);
});

/** Mean over a thousand rotations, its standard error, and the mean square. */
function overSeeds(x: Float32Array, options: TurboQuantOptions, measure: (y: Float32Array) => number) {
  const found = Array.from({length: 1000}, (_, seed) => {
    const {encode, decode} = turboQuantizer(x.length, {...options, seed});
    return measure(decode(encode(x)));
  });
  const {value: mean, standardError: error} = estimateMean(found);
  return {mean, error, square: mean ** 2 + 1000 * error ** 2};
}

describe.each([1, 2, 3, 4])("turboQuantizer, %i bits", (bits) => {
  /** Nearly along an axis, and a query that is near it. */
  const x = normals(7, 16).map((value, i) => (i === 3 ? 20 : value));
  const query = normals(8, 16).map((value, i) => value + x[i]);

  test("loses of any vector what the codebook says, between the paper's bounds", () => {
    const {mean, error} = overSeeds(x, {bits, objective: "mse"}, (y) => relativeSquare(x, y));
    expect(Math.abs(mean - coordinateCodebook(16, bits).distortion)).toBeLessThan(4 * error);
    expect(mean).toBeGreaterThan(4 ** -bits);
    expect(mean).toBeLessThan(UPPER * 4 ** -bits);
  });

  test("gives products that are right on average only with the signs of the residual, and more noise", () => {
    const errorOf = (y: Float32Array) => query.reduce((sum, value, i) => sum + value * (y[i] - x[i]), 0);
    const mse = overSeeds(x, {bits, objective: "mse"}, errorOf);
    const prod = overSeeds(x, {bits, objective: "prod"}, errorOf);
    expect(Math.abs(mse.mean)).toBeGreaterThan(4 * mse.error);
    expect(Math.abs(prod.mean)).toBeLessThan(4 * prod.error);
    expect(prod.error).toBeGreaterThan(1.5 * mse.error);
    const [a, b] = [x, query].map((v) => v.reduce((sum, value) => sum + value ** 2, 0));
    expect(prod.square / (a! * b!)).toBeLessThan((Math.sqrt(3) * Math.PI ** 2 * 4 ** -bits) / 16);
  });

  test.each(["mse", "prod"] as const)(
    "%s takes its bytes, doubles with its vector and keeps zeros",
    (objective) => {
      const sizes = [fc.integer({min: 1, max: 5}), fc.integer({min: 2, max: 19})] as const;
      const whatever = fc.property(...sizes, (vectors, dimension) => {
        const {encode, decode} = turboQuantizer(dimension, {bits, objective});
        const x = normals(vectors, vectors * dimension).fill(0, 0, dimension);
        const [parts, doubled] = [encode(x), encode(x.map((value) => 2 * value))];
        const bytes = Object.values(parts).reduce((sum, part) => sum + part.byteLength, 0);
        expect(bytes).toBe(turboQuantBytes(vectors, dimension, {bits, objective}));
        expect(decode(doubled)).toEqual(decode(parts).map((value) => 2 * value));
        expect(decode(parts).subarray(0, dimension).some(Boolean)).toBe(false);
      });
      fc.assert(whatever, {numRuns: 20, seed: 3});
    },
  );
});

test("a Hadamard transform keeps to the law on average over vectors, not for one along an axis", () => {
  const options = {bits: 3, objective: "mse", rotation: "hadamard"} as const;
  const {encode, decode} = turboQuantizer(64, options);
  const lost = (x: Float32Array) =>
    relativeSquare(x, decode(encode(x))) / coordinateCodebook(64, 3).distortion;
  expect(lost(normals(6, 400 * 64))).toBeCloseTo(1, 1);
  const axis = new Float32Array(64).fill(5, 9, 10);
  expect(Math.abs(lost(axis) - 1)).toBeGreaterThan(0.2);
  expect(() => turboQuantizer(7, options)).toThrow(/n must be 2\^k or 12, 20, 28 or 40 times 2\^k, got 7/);
});

test.each([2.5, 3.5])("counts %f bits of heads of 128, norms among them", (bits) => {
  expect(turboQuant.bytes({widths: [1024], headDim: 128}, 3, {bits}).kept).toBe((3 * 2 * 1024 * bits) / 8);
});

test("outlier channels of keys spoil the others' rounding, unless they are a part of their own", async () => {
  const weights = decoderWeights(
    "decoder-small-outliers",
    await loadData(["weights/decoder-small-outliers"]),
  );
  const setting = cacheSetting(weights, await decoderOf(weights));
  const {rotatedKeys, values} = captureKv(setting.decoder, setting.calibrationTexts()[0]);
  const others = (keys: Float32Array) => keys.filter((_, i) => ![2, 5, 10, 13].includes(i % 16));
  const lost = (bits: number) => {
    const {cache} = turboQuant.open(setting, {bits})!();
    cache.append(
      0,
      rotatedKeys[0],
      values[0],
      Int32Array.from({length: values[0].length / 32}, (_, t) => t),
    );
    // The pass that brought them still reads them whole.
    expect(cache.read(0).keys).toEqual(rotatedKeys[0]);
    return relativeSquare(others(rotatedKeys[0]), others(cache.read(0).keys));
  };
  // At 2.5 the others have two.
  expect(lost(4)).toBeGreaterThan(2 * lost(2.5));
});

test("refuses values that are not finite, norms beyond f16, bits or lengths without a codebook, and cut parts", () => {
  const {encode, decode} = turboQuantizer(3, {bits: 2, objective: "mse"});
  expect(() => encode(Float32Array.of(1, Number.NaN, 2))).toThrow(/x must be finite, got NaN at index 1$/);
  expect(() => encode(Float32Array.of(0, 0, 0, 7e4, 0, 0))).toThrow(/at most 65504, got 70000 of vector 1$/);
  expect(() => decode({...encode(new Float32Array(30)), norms2: new Uint8Array(2)})).toThrow(
    /must hold 1 bytes/,
  );
  expect(() => turboQuantizer(8, {bits: 7, objective: "mse"})).toThrow(
    /bits must be an integer from 0 to 6, got 7$/,
  );
  expect(() => turboQuantizer(1, {bits: 2, objective: "mse"})).toThrow(
    /dimension must be an integer of at least 2/,
  );
});
