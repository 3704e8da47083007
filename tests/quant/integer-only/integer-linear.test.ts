import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {dyadicOf, dyadicValue, requantize} from "../../../src/lib/quant/integer-only/dyadic.js";
import {
  integerLinear,
  runIntegers,
  runSimulated,
} from "../../../src/lib/quant/integer-only/integer-linear.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

describe("dyadic numbers", () => {
  test("are within 2^-31 of the value, with a multiplier of 31 bits", () => {
    fc.assert(
      fc.property(fc.double({min: 1e-12, max: 16383, noNaN: true}), (value) => {
        const found = dyadicOf(value);
        expect(found.multiplier).toBeGreaterThanOrEqual(2 ** 30);
        expect(found.multiplier).toBeLessThan(2 ** 31);
        expect(Math.abs(dyadicValue(found) / value - 1)).toBeLessThanOrEqual(2 ** -31);
      }),
      {seed: 1},
    );
    expect(dyadicOf(0.5)).toEqual({multiplier: 2 ** 30, shift: 31});
    for (const bad of [0, -1, Number.NaN, 16384]) expect(() => dyadicOf(bad)).toThrow(/value must be/);
  });

  test("multiply a sum as 64-bit integers do", () => {
    fc.assert(
      fc.property(
        fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1}),
        fc.double({min: 1e-9, max: 16383, noNaN: true}),
        (sum, value) => {
          const {multiplier, shift} = dyadicOf(value);
          const half = 1n << BigInt(shift - 1);
          const exact = (BigInt(sum) * BigInt(multiplier) + half) >> BigInt(shift);
          expect(requantize(sum, {multiplier, shift})).toBe(Number(exact));
        },
      ),
      {seed: 2, numRuns: 200},
    );
  });
});

interface Shape {
  readonly tokens: number;
  readonly inputs: number;
  readonly outputs: number;
}

function layerOf({tokens, inputs, outputs}: Shape, seed: number) {
  const {normal, uniform} = randomStream(seed, "integer layer");
  const shift = 2 * uniform();
  const x = tensor(
    draws(tokens * inputs, () => normal() + shift),
    [tokens, inputs],
  );
  const weight = tensor(draws(outputs * inputs, normal), [outputs, inputs]);
  const bias = draws(outputs, normal);
  const y = new Float32Array(tokens * outputs);
  for (let t = 0; t < tokens; t++) {
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o];
      for (let i = 0; i < inputs; i++) sum += x.data[t * inputs + i] * weight.data[o * inputs + i];
      y[t * outputs + o] = sum;
    }
  }
  return {x, weight, bias, y: tensor(y, [tokens, outputs])};
}

describe("integerLinear", () => {
  test("gives the codes of the simulated layer or one off", () => {
    const shape = fc.record({
      tokens: fc.integer({min: 1, max: 5}),
      inputs: fc.integer({min: 4, max: 40}),
      outputs: fc.integer({min: 1, max: 6}),
    });
    fc.assert(
      fc.property(shape, fc.nat(9999), fc.integer({min: 4, max: 8}), (sizes, seed, weightBits) => {
        const {x, weight, bias, y} = layerOf(sizes, seed);
        const layer = integerLinear({weight, bias, seen: {inputs: x, outputs: y}, weightBits});
        const integers = runIntegers(x, layer);
        const simulated = runSimulated(x, layer, bias);
        integers.forEach((code, i) => {
          expect(Math.abs(code - simulated[i])).toBeLessThanOrEqual(1);
        });
      }),
      {seed: 5, numRuns: 25},
    );
  });

  test("gives the bias of a row of zeros, and clips what the range did not see", () => {
    const {x, weight, bias, y} = layerOf({tokens: 6, inputs: 9, outputs: 3}, 1);
    weight.data.fill(0, 0, 9);
    for (let t = 0; t < 6; t++) y.data[t * 3] = bias[0];
    const layer = integerLinear({weight, bias, seen: {inputs: x, outputs: y}});
    const large = tensor(
      x.data.map((value) => value * 50),
      [6, 9],
    );
    for (const inputs of [x, large]) {
      const integers = runIntegers(inputs, layer);
      const simulated = runSimulated(inputs, layer, bias);
      integers.forEach((code, i) => {
        expect(Math.abs(code - simulated[i])).toBeLessThanOrEqual(1);
      });
    }
  });

  test("refuses shapes that do not fit", () => {
    const {x, weight, y} = layerOf({tokens: 2, inputs: 5, outputs: 2}, 3);
    const seen = {inputs: x, outputs: y};
    expect(() => integerLinear({weight, bias: new Float32Array(3), seen})).toThrow(/bias must hold 2/);
    const layer = integerLinear({weight, seen});
    expect(() => runIntegers(tensor(new Float32Array(8), [2, 4]), layer)).toThrow(/x must hold/);
    expect(() => integerLinear({weight: tensor(new Float32Array(70000), [1, 70000]), seen})).toThrow(
      /columns/,
    );
  });
});
