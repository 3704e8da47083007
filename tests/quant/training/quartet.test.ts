import {readFileSync} from "node:fs";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {nearestLevel, POWER_RULES, stochasticLevel} from "../../../src/lib/quant/training/e2m1-rounding.js";
import {
  gradientRoundings,
  product,
  questProjection,
  rotateBlocks,
  roundedGradients,
  roundedProduct,
  roundNearest,
  roundStochastic,
  transposedMatrix,
} from "../../../src/lib/quant/training/quartet.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";

const stream = randomStream(5, "gradients");
const normal = (rows: number, columns: number): Tensor =>
  tensor(draws(rows * columns, stream.normal), [rows, columns]);
const sum = (a: Tensor, of: (i: number) => number) => a.data.reduce((all, _, i) => all + of(i), 0);
const x = normal(512, 128);
const relativeMse = ({data}: Tensor) =>
  sum(x, (i) => (data[i] - x.data[i]) ** 2) / sum(x, (i) => x.data[i] ** 2);
const shrinkage = ({data}: Tensor) => sum(x, (i) => data[i] * x.data[i]) / sum(x, (i) => x.data[i] ** 2);
const vectors = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8"));

describe("on normal values", () => {
  test.each([
    ["the OCP scale, nearest", roundNearest(x), 0.0132, 0.9806],
    ["the widened scale, nearest", roundNearest(x, 4 / 3), 0.01385, 0.9909],
    ["stochastic", roundStochastic(x, stream), 0.0282, 1],
    ["aligned", gradientRoundings[2].round(x, stream), 0.01402, 1.0001],
  ] as const)("%s has the error and the shrinkage that the rule has", (_, rounded, mse, kept) => {
    expect(relativeMse(rounded)).toBeCloseTo(mse, 3);
    expect(Math.abs(shrinkage(rounded) - kept)).toBeLessThan(0.004);
  });

  test.each([
    ["nearest", 0.01337],
    ["floor", 0.0223],
  ] as const)("QuEST's scale to the %s power of two, on average over an octave", (rule, mse) => {
    const octave = Array.from({length: 8}, (_, k) => 2 ** (k / 8));
    const errors = octave.map((factor) => {
      const scaled = {shape: x.shape, data: x.data.map((v) => v * factor)};
      const {values} = questProjection(scaled, rule);
      return relativeMse({shape: x.shape, data: values.data.map((v) => v / factor)});
    });
    expect(errors.reduce((a, b) => a + b) / 8).toBeCloseTo(mse, 3);
  });
});

test("a tie goes to the smaller magnitude, and 6 is the end", () => {
  const ties = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5, 6, 7];
  expect(ties.map(nearestLevel)).toEqual([0, 0.5, 1, 1.5, 2, 3, 4, 6, 6]);
  expect(ties.map((v) => nearestLevel(-v - 1e-3))).toEqual([-0.5, -1, -1.5, -2, -3, -4, -6, -6, -6]);
});

test("stochastic rounding gives one of the two neighbours, and their mean over all chances is the value", () => {
  fc.assert(
    fc.property(fc.double({min: -6, max: 6, noNaN: true}), (value) => {
      const chances = Array.from({length: 400}, (_, i) => stochasticLevel(value, (i + 0.5) / 400));
      expect(new Set(chances).size).toBeLessThanOrEqual(2);
      expect(chances.reduce((a, b) => a + b) / 400).toBeCloseTo(value, 2);
    }),
  );
});

test("no value under the widened scale reaches 6", () => {
  const {data} = roundStochastic(normal(64, 32), {uniform: () => 1 - 2 ** -53});
  expect(data.every(Number.isFinite)).toBe(true);
  const wide = tensor(
    Float32Array.from({length: 32}, (_, i) => (i === 0 ? 7.999 : 0)),
    [1, 32],
  );
  expect(roundStochastic(wide, {uniform: () => 0.999}).data[0]).toBeCloseTo(8, 5);
});

test("values and masks are those of the training code", () => {
  const given = tensor(Float32Array.from(vectors.x), [4, 64]);
  const near = (got: ArrayLike<number>, wanted: number[]) => {
    for (const [i, value] of wanted.entries())
      expect(Math.abs(got[i] - value)).toBeLessThanOrEqual(2e-6 * Math.max(1, Math.abs(value)));
  };
  near(rotateBlocks(given, null).data, vectors.rotated);
  for (const rule of POWER_RULES) {
    const {values, mask} = questProjection(given, rule);
    near(values.data, vectors[`quest-${rule}`].values);
    expect([...mask]).toEqual(vectors[`quest-${rule}`].mask);
  }
  near(roundNearest(given).data, vectors.absmax);
  near(roundNearest(given, 4 / 3).data, vectors.nearest);
  let at = 0;
  near(roundStochastic(given, {uniform: () => vectors.uniform[at++]}).data, vectors.stochastic);
});

test("a rotation cancels in a product, and comes back by its inverse", () => {
  const [a, b] = [normal(8, 64), normal(6, 64)];
  const exact = {id: "none", name: "none", isRotated: true, round: (z: Tensor) => z};
  const rotated = roundedProduct(a, b, exact, stream);
  for (const [i, value] of product(a, b).data.entries()) expect(rotated.data[i]).toBeCloseTo(value, 4);
  const signs = Float32Array.from({length: 32}, (_, i) => (i % 3 === 0 ? -1 : 1));
  const back = rotateBlocks(rotateBlocks(a, signs), signs, true);
  for (const [i, value] of back.data.entries()) expect(value).toBeCloseTo(a.data[i], 5);
});

test("the mean of Quartet's gradients comes nearer to the gradient with each draw; that of nearest rounding does not", () => {
  const parts = {grad: normal(64, 32), x: normal(64, 32), w: normal(32, 32)};
  const exact = product(transposedMatrix(parts.grad), transposedMatrix(parts.x));
  const errorOfMean = (id: string, count: number) => {
    const rounding = gradientRoundings.find((each) => each.id === id)!;
    const total = new Float64Array(exact.data.length);
    for (let n = 0; n < count; n++) {
      const {w} = roundedGradients(parts, rounding, stream);
      for (const [i, value] of w.data.entries()) total[i] += value / count;
    }
    return exact.data.reduce((all, value, i) => all + (total[i] - value) ** 2, 0);
  };
  expect(errorOfMean("stochastic", 64)).toBeLessThan(errorOfMean("stochastic", 1) / 20);
  expect(errorOfMean("mxfp4", 16)).toBeGreaterThan(errorOfMean("mxfp4", 1) / 2);
});

test("rows that are no whole blocks are refused", () => {
  expect(() => questProjection(normal(2, 33))).toThrow("columns must be a multiple of 32, got 33");
});
