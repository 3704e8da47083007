/** Statistics of a linear layer's inputs for the methods that look at data, gathered batch by batch. */

import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {transpose} from "../../tensor/transpose.js";

/** Statistics of the inputs x [in] of a linear layer over all tokens seen. */
export interface Calibration {
  /** Length of one input vector. */
  readonly inputs: number;
  readonly tokens: number;
  /** Sequences: a batch [T, in] is one, a batch [B, T, in] is B. */
  readonly samples: number;
  /** The sum of x x^T over tokens, symmetric [in, in], row-major. */
  readonly gram: Float64Array;
  /** The mean of x_j over tokens, [in]. */
  readonly mean: Float64Array;
  /** The mean of |x_j| over tokens, [in]. */
  readonly meanAbs: Float64Array;
  /** The largest |x_j|, [in]. */
  readonly maxAbs: Float64Array;
}

/** Gathers a {@link Calibration}; made by {@link inputCollector}. */
export interface InputCollector {
  /**
   * Adds a batch [..., in]; keeps no reference to it.
   * @throws RangeError if its rows are of another length, or it holds a NaN or infinity.
   */
  add(batch: Tensor): void;
  /**
   * Gives the statistics of all batches so far.
   * @throws RangeError if that is nothing.
   */
  calibration(): Calibration;
}

/** An empty collector for inputs of length `inputs`. */
export function inputCollector(inputs: number): InputCollector {
  const gram = new Float64Array(inputs * inputs);
  const sums = new Float64Array(inputs);
  const sumAbs = new Float64Array(inputs);
  const maxAbs = new Float64Array(inputs);
  let tokens = 0;
  let samples = 0;
  return {
    add(batch) {
      checkBatch(batch, inputs);
      const {rows} = matrixSize(batch);
      const columns = transpose(Float64Array.from(batch.data), rows, inputs);
      addGram(gram, columns, inputs, rows);
      addValues({sums, sumAbs, maxAbs}, columns, rows);
      tokens += rows;
      samples += batch.shape.length > 2 ? batch.shape.slice(0, -2).reduce((a, b) => a * b) : 1;
    },
    calibration() {
      if (tokens === 0)
        throw new RangeError("calibration: at least one token must have been added, got none");
      return {
        inputs,
        tokens,
        samples,
        gram: mirrored(gram, inputs),
        mean: sums.map((sum) => sum / tokens),
        meanAbs: sumAbs.map((sum) => sum / tokens),
        maxAbs: maxAbs.slice(),
      };
    },
  };
}

/**
 * The statistics of some batches [..., in].
 * @throws RangeError as {@link InputCollector}, or if there is no batch.
 */
export function calibrate(batches: readonly Tensor[]): Calibration {
  const collector = inputCollector(batches[0] === undefined ? 0 : matrixSize(batches[0]).columns);
  for (const batch of batches) collector.add(batch);
  return collector.calibration();
}

/**
 * The statistics of the inputs x_j / divisors_j.
 * @throws RangeError if `divisors` is not one number for each input.
 */
export function dividedInputs(calibration: Calibration, divisors: ArrayLike<number>): Calibration {
  const {inputs, gram, mean, meanAbs, maxAbs} = calibration;
  if (divisors.length !== inputs) {
    throw new RangeError(`dividedInputs: divisors must hold ${inputs} numbers, got ${divisors.length}`);
  }
  return {
    ...calibration,
    gram: gram.map((sum, k) => sum / (divisors[Math.floor(k / inputs)] * divisors[k % inputs])),
    mean: mean.map((value, j) => value / divisors[j]),
    meanAbs: meanAbs.map((value, j) => value / divisors[j]),
    maxAbs: maxAbs.map((max, j) => max / divisors[j]),
  };
}

/**
 * Mean square over tokens and outputs of (W - W') x: the error that a changed weight makes where it matters, from the
 * Gram matrix alone, tr(D G D^T) / (tokens * out) with D = W - W'.
 * @throws RangeError if the weights differ in shape or their rows are not the inputs' length.
 */
export function outputError(w: Tensor, changed: Tensor, {inputs, tokens, gram}: Calibration): number {
  const {rows, columns} = matrixSize(w);
  if (columns !== inputs || changed.data.length !== w.data.length) {
    throw new RangeError(
      `outputError: both weights must have rows of ${inputs} values, got [${w.shape.join(", ")}] and [${changed.shape.join(", ")}]`,
    );
  }
  const difference = new Float64Array(inputs);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < inputs; j++)
      difference[j] = w.data[row * inputs + j] - changed.data[row * inputs + j];
    sum += quadraticForm(gram, difference, 0, inputs);
  }
  return rows === 0 ? 0 : sum / (tokens * rows);
}

/** d^T G d over the inputs from .. to, where d [in] is zero elsewhere. */
export function quadraticForm(gram: Float64Array, d: Float64Array, from: number, to: number): number {
  const n = d.length;
  let sum = 0;
  for (let i = from; i < to; i++) {
    const di = d[i];
    if (di === 0) continue;
    let inner = 0;
    for (let j = from; j < to; j++) inner += gram[i * n + j] * d[j];
    sum += di * inner;
  }
  return sum;
}

function checkBatch(batch: Tensor, inputs: number): void {
  const {columns} = matrixSize(batch);
  if (columns !== inputs) {
    throw new RangeError(`calibration: a batch must have rows of ${inputs} values, got ${columns}`);
  }
  const bad = batch.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`calibration: inputs must be finite, got ${batch.data[bad]} at index ${bad}`);
  }
}

/** Adds X^T X to the lower triangle of `gram`; `columns` is X^T, so that each sum runs over neighbours in memory. */
function addGram(gram: Float64Array, columns: Float64Array, inputs: number, tokens: number): void {
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      const a = i * tokens;
      const b = j * tokens;
      for (let t = 0; t < tokens; t++) sum += columns[a + t] * columns[b + t];
      gram[i * inputs + j] = gram[i * inputs + j] + sum;
    }
  }
}

interface ValueSums {
  readonly sums: Float64Array;
  readonly sumAbs: Float64Array;
  readonly maxAbs: Float64Array;
}

/** Adds each input's values to its sums; `columns` is X^T. */
function addValues({sums, sumAbs, maxAbs}: ValueSums, columns: Float64Array, tokens: number): void {
  for (let j = 0; j < sums.length; j++) {
    let [sum, all, max] = [0, 0, maxAbs[j]];
    for (let k = j * tokens; k < (j + 1) * tokens; k++) {
      const magnitude = Math.abs(columns[k]);
      sum += columns[k];
      all += magnitude;
      if (magnitude > max) max = magnitude;
    }
    sums[j] = sums[j] + sum;
    sumAbs[j] = sumAbs[j] + all;
    maxAbs[j] = max;
  }
}

function mirrored(lower: Float64Array, n: number): Float64Array {
  return lower.map((value, k) => {
    const row = Math.floor(k / n);
    const column = k % n;
    return column <= row ? value : lower[column * n + row];
  });
}
