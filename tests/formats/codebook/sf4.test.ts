import {expect, test} from "vitest";
import {nf4, nf4Format} from "../../../src/lib/formats/codebook/nf4.js";
import {SF4_VALUES, sf4, sf4Format} from "../../../src/lib/formats/codebook/sf4.js";
import type {Format} from "../../../src/lib/formats/format.js";
import {bitsPerElement} from "../../../src/lib/formats/pack.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {tensorError} from "../../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

/** The density of Student's t with 5 degrees of freedom, integrated by Simpson's rule: independent of the closed form. */
function integratedCdf(t: number): number {
  const density = (u: number) => (8 / (3 * Math.PI * Math.sqrt(5))) * (1 + u ** 2 / 5) ** -3;
  const steps = 4000;
  const h = t / steps;
  let sum = density(0) + density(t);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * density(i * h);
  return 0.5 + (sum * h) / 3;
}

test("the levels ascend from -1 to 1 through an exact 0, with seven below and eight above", () => {
  expect(SF4_VALUES).toHaveLength(16);
  expect([SF4_VALUES[0], SF4_VALUES[7], SF4_VALUES[15]]).toEqual([-1, 0, 1]);
  for (let i = 1; i < 16; i++) expect(SF4_VALUES[i]).toBeGreaterThan(SF4_VALUES[i - 1]);
});

test("neighbouring levels hold equal probability under Student's t with 5 degrees of freedom", () => {
  const tail = (1 / 32 + 1 / 30) / 2;
  // The level 1 is the quantile of 1 - tail; find it by integration, then hold every other level against it.
  let largest = 1;
  for (let step = 1; step > 1e-9; step /= 2) if (integratedCdf(largest + step) < 1 - tail) largest += step;
  const probabilities = SF4_VALUES.map((level) => integratedCdf(level * largest));
  const gaps = probabilities.slice(1).map((p, i) => p - probabilities[i]);
  for (const gap of gaps.slice(0, 7)) expect(gap).toBeCloseTo((0.5 - tail) / 7, 6);
  for (const gap of gaps.slice(7)) expect(gap).toBeCloseTo((0.5 - tail) / 8, 6);
});

test("its inner levels lie closer together than NF4's: the tails of t are heavier", () => {
  for (let i = 8; i < 15; i++) expect(SF4_VALUES[i]).toBeLessThan(nf4.codebook.values[i]);
});

test("it loses less than NF4 on heavy tails under one scale a row, and more on a normal in groups of 64", () => {
  // A small group's largest value is no outlier, whatever the distribution: there NF4's wider levels fit.
  const loss = (format: Format, data: Float32Array) => {
    const x = tensor(data, [data.length / 4096, 4096]);
    return tensorError(data, format.decode(format.encode(x)).data).relativeMse;
  };
  const row = {granularity: "channel"} as const;
  for (const seed of [1, 2, 3]) {
    const stream = randomStream(seed, "sf4");
    const heavy = draws(2 ** 18, () => stream.studentT(5));
    const light = draws(2 ** 18, () => stream.normal());
    expect(loss(sf4Format(row), heavy)).toBeLessThan(0.9 * loss(nf4Format(row), heavy));
    expect(loss(sf4, light)).toBeGreaterThan(1.1 * loss(nf4, light));
  }
});

test("it is packed in 4.25 bits, keeps zeros and refuses a NaN by its index", () => {
  expect(bitsPerElement(sf4.encode(tensor(new Float32Array(128))))).toBe(4.25);
  expect([...sf4.decode(sf4.encode(tensor([0, 0.5, -1, 1]))).data].map((v) => v + 0)).toEqual([
    0,
    Math.fround(SF4_VALUES[13]),
    -1,
    1,
  ]);
  expect(() => sf4.encode(tensor([1, Number.NaN]))).toThrow("sf4: x must be finite, got NaN at index 1");
  expect(formatById("sf4")).toBe(sf4);
});
