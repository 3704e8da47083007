import fc from "fast-check";
import {expect, test} from "vitest";
import {orderedBackend} from "../../../src/lib/arithmetic/sums/ordered-backend.js";
import {splitSum, sumOrders, treeSum} from "../../../src/lib/arithmetic/sums/orders.js";
import {roundTo, sumPrecisions} from "../../../src/lib/arithmetic/sums/precision.js";
import {castValue} from "../../../src/lib/formats/cast.js";
import {bf16, f16} from "../../../src/lib/formats/element.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const stream = randomStream(2, "sums");

test("rounds as the casts do, ties and subnormals too", () => {
  fc.assert(
    fc.property(fc.float({min: -60000, max: 60000, noNaN: true}), (x) => {
      expect(roundTo(7, x)).toBe(castValue(bf16, x));
      expect(roundTo(10, x) + 0).toBe(castValue(f16, x) + 0);
    }),
  );
  for (const x of [
    2 ** -24,
    1.5 * 2 ** -24,
    2.5 * 2 ** -24,
    2 ** -14 - 2 ** -26,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
  ]) {
    expect(roundTo(10, x)).toBe(castValue(f16, x));
  }
});

test("BF16 loses a small number twice that it keeps once they are added first", () => {
  const step = 2 ** -8;
  expect(splitSum(1)(Float32Array.of(1, step, step), 3, 7)).toBe(1);
  expect(treeSum(1)(Float32Array.of(step, step, 1, 0), 3, 7)).toBe(1.0078125);
});

test("an aligned tree has the same bits for all workers, at any length and precision; a split has not", () => {
  for (const {summed} of sumPrecisions) {
    for (const length of [1, 2, 7, 64, 176]) {
      const values = new Float32Array(256);
      values.set(draws(length, stream.normal).map((x) => roundTo(summed, x)));
      const sums = [1, 2, 4, 8].map((workers) => treeSum(workers)(values.slice(), length, summed));
      expect(new Set(sums).size).toBe(1);
    }
  }
  const values = draws(176, stream.normal);
  const splits = [1, 2, 4, 8].map((parts) => splitSum(parts)(values, 176, 7));
  expect(new Set(splits).size).toBeGreaterThan(1);
});

test("every order gives the exact sum where nothing is rounded", () => {
  const integers = Float32Array.from({length: 100}, (_, i) => i - 30);
  for (const {forRows} of sumOrders) {
    const padded = new Float32Array(128);
    padded.set(integers);
    expect(forRows(1)(padded, 100, 23)).toBe(1950);
  }
});

test("LayerCast is float32 over weights of 16 bits", () => {
  const weight = tensor(draws(8 * 16, stream.normal), [8, 16]);
  const x = draws(2 * 16, stream.normal);
  const [fp32, layercast] = ["fp32", "layercast"].map((id) => sumPrecisions.find((each) => each.id === id)!);
  const stored = {shape: weight.shape, data: weight.data.map((x) => roundTo(7, x))};
  const cast = orderedBackend(sumOrders[0], layercast).linear(weight, null)(x);
  expect(cast).toEqual(orderedBackend(sumOrders[0], fp32).linear(stored, null)(x));
  expect(orderedBackend(sumOrders[0], sumPrecisions[0]).linear(weight, null)(x)).not.toEqual(cast);
});

test("a bias is added last, and a kernel may split by the number of rows", () => {
  const weight = tensor(draws(4 * 64, stream.normal), [4, 64]);
  const byRows = sumOrders.find(({id}) => id === "by-rows")!;
  const linear = orderedBackend(byRows, sumPrecisions[0]).linear(weight, Float32Array.of(1, 2, 3, 4));
  const x = draws(64, stream.normal);
  const many = new Float32Array(40 * 64);
  for (let row = 0; row < 40; row++) many.set(x, row * 64);
  expect(linear(many).subarray(0, 4)).not.toEqual(linear(x));
});
