import {requireLength} from "../../tensor/require.js";
import {type HashFunction, projection} from "./hash-function.js";
import {kernelFeatures} from "./kernel-map.js";

/** Vectors and what is known of their likeness. */
export interface HashLessons {
  /** Vectors of length 1 [rows, width], the queries. */
  readonly rows: Float64Array;
  /** Those that they are compared with [columns, width], the keys; the same as `rows` where both have one projection. */
  readonly columns: Float64Array;
  /** 1 alike, -1 unlike, 0 unknown [rows, columns]. */
  readonly labels: Int8Array;
}

/** Settings of the training of each bit. */
export interface HashTraining {
  readonly steps: number;
  readonly learningRate: number;
  readonly momentum: number;
}

/** The released settings. */
export const RELEASED_TRAINING: HashTraining = {steps: 100, learningRate: 5e-4, momentum: 0.9};

/**
 * Learns the directions of a hash function bit by bit: each bit's codes shall explain what the earlier ones left of
 * bits · labels, by gradient descent through a sigmoid in place of the sign; a direction that explains no more with hard
 * signs than the one before stays as it was.
 * (EcoFormer, arXiv:2209.09004, section 3.3; kernel-based supervised hashing, doi.org/10.1109/CVPR.2012.6247912)
 * @throws RangeError if there is not one label for each row and column.
 */
export function learnHash(
  start: HashFunction,
  {rows, columns, labels}: HashLessons,
  training: HashTraining = RELEASED_TRAINING,
): HashFunction {
  const {map, bits} = start;
  const [a, b] = [rows, columns].map((x) => kernelFeatures(x, map));
  const [height, breadth] = [rows.length / map.width, columns.length / map.width];
  requireLength("learnHash", "labels", labels, height * breadth);
  const anchors = map.means.length;
  const directions = Float64Array.from(start.directions);
  const residual = Float64Array.from(labels, (label) => bits * label);
  const sides: Sides = {rows: a, columns: b, anchors, factor: 1 / (height * bits)};
  for (let bit = 0; bit < bits; bit++) {
    const before = directions.slice(bit * anchors, (bit + 1) * anchors);
    const after = descend(before, sides, residual, training);
    const best = explained(after, sides, residual) > explained(before, sides, residual) ? after : before;
    directions.set(best, bit * anchors);
    takeOut(residual, signs(best, a), signs(best, b));
  }
  return {map, directions, bits};
}

/** Features of both sides, and what scales the loss. */
interface Sides {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly anchors: number;
  /** 1 / (rows · bits) */
  readonly factor: number;
}

/** Gradient descent with Nesterov's momentum, as PyTorch does it. */
function descend(
  start: Float64Array,
  sides: Sides,
  residual: Float64Array,
  {steps, learningRate, momentum}: HashTraining,
): Float64Array {
  const direction = Float64Array.from(start);
  const speed = new Float64Array(start.length);
  for (let step = 0; step < steps; step++) {
    const gradient = lossGradient(direction, sides, residual);
    for (let l = 0; l < speed.length; l++) {
      speed[l] = momentum * speed[l] + gradient[l];
      direction[l] = direction[l] - learningRate * (gradient[l] + momentum * speed[l]);
    }
  }
  return direction;
}

/** Gradient of -factor · u' R w, with u and w the soft signs 2 / (1 + exp(-p)) - 1 of both sides. */
function lossGradient(
  direction: Float64Array,
  {rows, columns, anchors, factor}: Sides,
  residual: Float64Array,
): Float64Array {
  const [u, w] = [rows, columns].map((features) => softSigns(direction, features));
  const [toRows, toColumns] = [new Float64Array(u.length), new Float64Array(w.length)];
  for (let i = 0; i < u.length; i++) {
    const [own, at] = [u[i], i * w.length];
    let sum = 0;
    for (let j = 0; j < w.length; j++) {
      sum += residual[at + j] * w[j];
      toColumns[j] = toColumns[j] + residual[at + j] * own;
    }
    toRows[i] = sum;
  }
  const gradient = new Float64Array(anchors);
  addGradient(gradient, rows, u, toRows, factor);
  addGradient(gradient, columns, w, toColumns, factor);
  return gradient;
}

/** Adds a side's part: the slope of a soft sign s is (1 - s²) / 2. */
function addGradient(
  gradient: Float64Array,
  features: Float64Array,
  soft: Float64Array,
  from: Float64Array,
  factor: number,
): void {
  soft.forEach((sign, i) => {
    const slope = (-factor * from[i] * (1 - sign * sign)) / 2;
    const row = i * gradient.length;
    for (let l = 0; l < gradient.length; l++) gradient[l] = gradient[l] + slope * features[row + l];
  });
}

const softSigns = (direction: Float64Array, features: Float64Array): Float64Array =>
  Float64Array.from({length: features.length / direction.length}, (_, i) =>
    Math.tanh(projection(features, i, direction, 0, direction.length) / 2),
  );

const signs = (direction: Float64Array, features: Float64Array): Float64Array =>
  Float64Array.from({length: features.length / direction.length}, (_, i) =>
    projection(features, i, direction, 0, direction.length) > 0 ? 1 : -1,
  );

/** u' R w of the hard signs. */
function explained(direction: Float64Array, {rows, columns}: Sides, residual: Float64Array): number {
  const [u, w] = [signs(direction, rows), signs(direction, columns)];
  let sum = 0;
  for (let i = 0; i < u.length; i++) {
    for (let j = 0; j < w.length; j++) sum += u[i] * residual[i * w.length + j] * w[j];
  }
  return sum;
}

/** Takes the products of a bit's codes from what is left. */
function takeOut(residual: Float64Array, u: Float64Array, w: Float64Array): void {
  for (let i = 0; i < u.length; i++) {
    for (let j = 0; j < w.length; j++) residual[i * w.length + j] = residual[i * w.length + j] - u[i] * w[j];
  }
}
