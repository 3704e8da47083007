/**
 * Learned rounding: each weight goes down or up to its neighbours on the grid, whichever in all serves the layer's outputs
 * best. (Low-Bitwidth Floating Point Quantization for Diffusion Models, arXiv 2408.06995, section 3; AdaRound, arXiv 2004.10568)
 */

import type {Calibration} from "../engine/calibration/calibration.js";
import {withoutDeadInputs} from "../engine/calibration/compensation.js";
import type {Format} from "../formats/format.js";
import {matrixSize, type Tensor} from "../tensor/tensor.js";
import {frozenGrid, MOST_GRID_BITS} from "./frozen-grid.js";
import {type QuantizedWeight, quantizationMethod} from "./method.js";
import {adam, outputSlopes} from "./output-descent.js";

/** The knobs of learned rounding. */
export interface LearnedRoundingOptions {
  /** Steps of gradient descent. */
  readonly steps?: number;
  /** Weight of the term that drives every choice to one of its ends, in units of the error of rounding to nearest. */
  readonly regularization?: number;
  /** Length of a step along each choice. */
  readonly rate?: number;
}

/** A choice h = clip(1.2 sigmoid(v) - 0.1, 0, 1) reaches both ends at a finite v. */
const [ZETA, GAMMA] = [1.2, -0.1];
/** Sharpness of the term that drives choices to their ends, at the first step and at the last. */
const [FIRST_BETA, LAST_BETA] = [20, 2];

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const soft = (v: number): number => Math.min(1, Math.max(0, ZETA * sigmoid(v) + GAMMA));

/** The v whose choice is h. */
function inverse(h: number): number {
  const s = Math.min(0.999, Math.max(0.001, (h - GAMMA) / ZETA));
  return Math.log(s / (1 - s));
}

/** One row of a weight, its neighbours on the grid, and the mean of x x^T that its errors meet. */
export interface RoundingRow {
  readonly w: Float64Array;
  readonly below: Float64Array;
  readonly above: Float64Array;
  /** [in, in], row-major. */
  readonly h: Float64Array;
}

/** The row with each value at the end that its choice is nearer to, and its output error. */
function hardened({w, below, above, h}: RoundingRow, choices: Float64Array) {
  const values = Float64Array.from(w, (_, i) => (choices[i] >= 0.5 ? above[i] : below[i]));
  const error = outputSlopes(
    h,
    values.map((value, i) => value - w[i]),
    new Float64Array(w.length),
  );
  return {values, error};
}

/**
 * The values of a row after learning; those of rounding to nearest where learning found nothing better.
 * @returns values, their output error, and that of rounding to nearest
 */
export function learnRow(row: RoundingRow, options: LearnedRoundingOptions = {}) {
  const {steps = 80, regularization = 8, rate = 0.1} = options;
  const {w, below, above, h} = row;
  const gaps = above.map((value, i) => value - below[i]);
  // Begun where the soft value is the weight itself, whose nearer end is rounding to nearest.
  const v = w.map((value, i) => inverse(gaps[i] === 0 ? 1 : (value - below[i]) / gaps[i]));
  const nearest = hardened(
    row,
    Float64Array.from(w, (value, i) => (above[i] - value < value - below[i] ? 1 : 0)),
  );
  if (nearest.error === 0) return {...nearest, nearestError: 0};
  let best = nearest;
  const errors = new Float64Array(w.length);
  const slope = new Float64Array(w.length);
  const gradient = new Float64Array(w.length);
  const move = adam(w.length);
  const pull = regularization / w.length;
  for (let step = 1; step <= steps; step++) {
    const beta = FIRST_BETA + ((LAST_BETA - FIRST_BETA) * step) / steps;
    const choices = v.map(soft);
    for (let i = 0; i < errors.length; i++) errors[i] = below[i] + gaps[i] * choices[i] - w[i];
    outputSlopes(h, errors, slope);
    for (let i = 0; i < v.length; i++) {
      const s = sigmoid(v[i]);
      const end = 2 * choices[i] - 1;
      const drive = -pull * 2 * beta * Math.abs(end) ** (beta - 1) * Math.sign(end);
      gradient[i] = ((2 * slope[i] * gaps[i]) / nearest.error + drive) * ZETA * s * (1 - s);
    }
    move(v, gradient, rate);
    if (step % 10 !== 0 && step !== steps) continue;
    const found = hardened(row, v.map(soft));
    if (found.error < best.error) best = found;
  }
  return {...best, nearestError: nearest.error};
}

/**
 * Rounds a weight [out, in] row by row with learned choices; scales and all else beside the codes are the format's own.
 * No row's error on the calibration inputs is larger than that of rounding to nearest.
 * @throws RangeError if the shapes do not fit, or the format stores no plain codes.
 */
export function learnedRounding(
  w: Tensor,
  calibration: Calibration,
  format: Format,
  options: LearnedRoundingOptions = {},
): QuantizedWeight {
  const {rows, columns} = matrixSize(w);
  if (columns !== calibration.inputs)
    throw new RangeError(
      `learnedRounding: w must have the calibration's ${calibration.inputs} inputs, got ${columns}`,
    );
  const grid = frozenGrid(withoutDeadInputs(w, calibration), format);
  const h = calibration.gram.map((value) => value / calibration.tokens);
  for (let row = 0; row < rows; row++) {
    const values = Float64Array.from(w.data.subarray(row * columns, (row + 1) * columns));
    const ends = Array.from(values, (value, column) => grid.neighbours(row, column, value));
    const below = Float64Array.from(ends, ([low]) => low);
    const above = Float64Array.from(ends, ([, high]) => high);
    learnRow({w: values, below, above, h}, options).values.forEach((value, column) => {
      grid.round(row, column, value);
    });
  }
  const packed = grid.packed();
  return {packed, weight: format.decode(packed)};
}

/** Learned rounding: each weight goes to the lower or the upper of its neighbours in the format, as gradients of the layer's output error choose. */
export const learnedRoundingMethod = quantizationMethod({
  id: "learned-rounding",
  label: "Learned rounding (FP-PTQ)",
  source: "arXiv:2408.06995, section 3; arXiv:2004.10568",
  family: "rounding",
  params: {
    steps: {kind: "integer", label: "Steps of gradient descent", min: 1, max: 2000, default: 80},
    regularization: {
      kind: "number",
      label: "Drive to either neighbour",
      help: "In units of the error of rounding to nearest.",
      min: 0,
      max: 100,
      default: 8,
    },
    rate: {kind: "number", label: "Length of a step", min: 0.001, max: 1, default: 0.1},
  },
  needs: ["calibration"],
  shownFormats: ["fp4", "int4", "int3", "nvfp4"],
  refuses({id, codebook: {bits}, layout}) {
    if (layout !== undefined)
      return `Learned rounding chooses codes one by one; ${id} has none of an element's own in one place.`;
    if (bits <= MOST_GRID_BITS) return null;
    return `Learned rounding chooses among the codes of a format, at most ${MOST_GRID_BITS} bits each; those of ${id} have ${bits}.`;
  },
  steps: (options) => ({
    async round({weights}, format, calibration) {
      const seen = await calibration();
      return {weights: weights.map((w) => learnedRounding(w, seen, format, options))};
    },
  }),
});
