import {expect, test} from "vitest";
import {scaleColumns} from "../../../src/lib/engine/equivalent/channel-scale.js";
import {type ResidualStream, rotateResidualStream} from "../../../src/lib/engine/equivalent/rotation.js";
import {mxint4} from "../../../src/lib/formats/mx/mx.js";
import {roundToNearest} from "../../../src/lib/quant/rtn.js";
import {hadamardMatrix} from "../../../src/lib/tensor/hadamard.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";
import {gaussian, largest, maxDifference, meanSquare, product} from "../../quant/helpers.js";

/** A stream of two blocks of one linear layer each: h += W2 tanh(W1 norm(h)), then the head of the last norm. */
function stream(seed: number, hidden: number): ResidualStream {
  const gain = (k: number) =>
    tensor(
      gaussian(seed + k, [hidden]).data.map((value) => 1 + Math.abs(value)),
      [hidden],
    );
  return {
    embedding: gaussian(seed, [10, hidden]),
    readers: [
      {gain: gain(1), weights: [gaussian(seed + 2, [6, hidden], 0.3)]},
      {gain: gain(3), weights: [gaussian(seed + 4, [6, hidden], 0.3)]},
      {gain: gain(5), weights: [gaussian(seed + 6, [7, hidden])]},
    ],
    writers: [
      {weight: gaussian(seed + 7, [hidden, 6]), bias: gaussian(seed + 8, [hidden])},
      {weight: gaussian(seed + 9, [hidden, 6])},
    ],
  };
}

/** The outputs of the head for every row of the embedding, in float64. */
function run({embedding, readers, writers}: ResidualStream): Float64Array {
  const hidden = embedding.shape[1];
  let h = Float64Array.from(embedding.data);
  const read = (reader: number) => {
    const {gain, weights} = readers[reader];
    const x = h.map((value, k) => {
      const row = h.subarray(k - (k % hidden), k - (k % hidden) + hidden);
      const square = row.reduce((sum, v) => sum + v * v, 0) / hidden;
      return (value / Math.sqrt(square + 1e-6)) * gain.data[k % hidden];
    });
    return multiply(x, weights[0]);
  };
  writers.forEach(({weight, bias}, layer) => {
    const update = multiply(read(layer).map(Math.tanh), weight);
    h = h.map((value, k) => value + update[k] + (bias?.data[k % hidden] ?? 0));
  });
  return read(writers.length);
}

function multiply(x: Float64Array, {shape, data}: Tensor): Float64Array {
  const [out, n] = shape;
  return Float64Array.from({length: (x.length / n) * out}, (_, k) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += x[Math.floor(k / out) * n + i] * data[(k % out) * n + i];
    return sum;
  });
}

test.each([1, 16, 64, 24, 20, 40, 56])("the outputs of a stream of width %i stay as they were", (hidden) => {
  for (const seed of [100, 200]) {
    const plain = stream(seed, hidden);
    const want = run(plain);
    const got = run(rotateResidualStream(plain));
    // The rotated weights are float32: a relative error of about 2^-24 a factor, on sums of `hidden` terms.
    expect(maxDifference(got, want)).toBeLessThan(2 ** -20 * hidden * largest(want));
  }
});

test("rotation by a matrix in float64 is what it does to every part", () => {
  const plain = stream(1, 12);
  const rotated = rotateResidualStream(plain);
  const h = Float64Array.from(hadamardMatrix(12), (sign) => sign / Math.sqrt(12));
  const matrix = {shape: [12, 12], data: Float32Array.from(h)};
  // y = H x for each row x is x H^T, and a reader's rows are rotated after its gain is inside.
  expect(maxDifference(product(plain.embedding, matrix), rotated.embedding.data)).toBeLessThan(1e-5);
  const {gain, weights} = plain.readers[1];
  const fused = product(scaleColumns(weights[0], gain.data), matrix);
  expect(maxDifference(fused, rotated.readers[1].weights[0].data)).toBeLessThan(1e-5);
  expect(rotated.readers.every((reader) => reader.gain.data.every((value) => value === 1))).toBe(true);
});

test("spreads an outlier channel, so that four bits keep more of it", () => {
  const plain = stream(5, 64);
  for (let row = 0; row < 10; row++) plain.embedding.data[row * 64 + 7] *= 50;
  const relativeError = (t: Tensor) =>
    meanSquare(roundToNearest(t, mxint4).weight.data, t.data) /
    meanSquare(t.data, new Float32Array(t.data.length));
  const {embedding} = rotateResidualStream(plain);
  const peak = (t: Tensor) =>
    largest(t.data) / Math.sqrt(meanSquare(t.data, new Float32Array(t.data.length)));
  expect(peak(embedding)).toBeLessThan(peak(plain.embedding) / 2);
  const small = (t: Tensor) => t.data.filter((_, k) => k % 64 !== 7);
  const kept = (t: Tensor) => meanSquare(small(roundToNearest(t, mxint4).weight), small(t));
  expect(kept(plain.embedding) / meanSquare(small(plain.embedding), new Float32Array(630))).toBeGreaterThan(
    0.2,
  );
  expect(relativeError(embedding)).toBeLessThan(0.05);
});

test("leaves its argument alone, and refuses a width without a transform", () => {
  const plain = stream(3, 16);
  const before = structuredClone(plain);
  rotateResidualStream(plain);
  expect(plain).toEqual(before);
  expect(() => rotateResidualStream(stream(3, 18))).toThrow(
    "n must be 2^k or 12, 20, 28 or 40 times 2^k, got 18",
  );
});
