import {expect, test} from "vitest";
import {rotateResidualStream} from "../../src/lib/engine/equivalent/rotation.js";
import {fasterRows, wasmHadamard} from "../../src/lib/kernels/wasm-hadamard.js";
import {hadamard, hadamardPadded} from "../../src/lib/tensor/hadamard.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const transform = await wasmHadamard();
const stream = randomStream(1, "wasm-hadamard");
const normal = (rows: number, columns: number) => ({
  shape: [rows, columns],
  data: draws(rows * columns, () => stream.normal()),
});

const LENGTHS = [1, 2, 4, 8, 16, 64, 512, 12, 24, 96, 20, 160, 28, 56, 40, 320] as const;

test.each(LENGTHS)("rows of %i numbers have the bits of the plain transform, and of its inverse", (n) => {
  const x = normal(3, n);
  expect(hadamard(x, {transform})).toEqual(hadamard(x));
  expect(hadamard(x, {transform, inverse: true})).toEqual(hadamard(x, {inverse: true}));
});

test.each([3, 5, 7, 100])("rows of %i numbers are filled up as the plain ones are", (n) => {
  const x = normal(3, n);
  expect(hadamardPadded(x, {transform})).toEqual(hadamardPadded(x));
});

test("a tensor of several calls has the bits of the plain transform", () => {
  const x = normal(300, 256);
  expect(hadamard(x, {transform})).toEqual(hadamard(x));
});

test("zeros keep their signs, NaN and infinities spread as in the plain transform", () => {
  const rows = [-0, 0, Number.NaN, Number.POSITIVE_INFINITY, 1e38];
  const x = {shape: [rows.length, 4], data: Float32Array.from(rows.flatMap((value) => [value, 0, -0, 0]))};
  expect(hadamard(x, {transform})).toEqual(hadamard(x));
});

test("a residual stream is rotated to the bits of the plain rotation", async () => {
  const stream = {
    embedding: normal(5, 24),
    readers: [{gain: {shape: [24], data: normal(1, 24).data}, weights: [normal(6, 24)]}],
    writers: [{weight: normal(24, 7), bias: {shape: [24], data: normal(1, 24).data}}],
  };
  expect(rotateResidualStream(stream, await fasterRows())).toEqual(rotateResidualStream(stream));
});
