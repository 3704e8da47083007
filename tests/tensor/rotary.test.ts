import {expect, test} from "vitest";
import {inverseFrequencies, rotaryTable, rotate} from "../../src/lib/engine/rope.js";
import {rotateHalves} from "../../src/lib/tensor/rotary.js";

const x = Float64Array.from({length: 5 * 3 * 8}, (_, i) => Math.sin(i * i));

test("turns as the engine does, in float64", () => {
  const frequencies = inverseFrequencies(8, 100);
  const table = rotaryTable(frequencies, [2, 3, 4, 5, 6]);
  const single = rotate(Float32Array.from(x), 3, table, 5);
  rotateHalves(x, 3, frequencies, 2).forEach((value, i) => {
    expect(value).toBeCloseTo(single[i], 5);
  });
});

test("is a rotation: lengths stay, and products depend on the distance of positions alone", () => {
  const frequencies = Float64Array.of(1, 0.3, 0.1, 0.03);
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const [q, k] = [x.slice(0, 8), x.slice(8, 16)];
  const turned = (v: Float64Array, position: number) => rotateHalves(v, 1, frequencies, position);
  expect(dot(turned(q, 9), turned(q, 9))).toBeCloseTo(dot(q, q), 12);
  expect(dot(turned(q, 9), turned(k, 4))).toBeCloseTo(dot(turned(q, 105), turned(k, 100)), 12);
});

test("refuses parts of a token", () => {
  expect(() => rotateHalves(x.slice(1), 3, Float64Array.of(1, 1, 1, 1))).toThrow(
    new RangeError("rotateHalves: x must hold tokens of 3 x 8 values, got 119"),
  );
});
