/**
 * AWQ: weights that meet large activations are scaled up before rounding, by a power of the mean activation found
 * on a grid; then each group's outermost values are clipped if that helps. (arXiv 2306.00978, section 3.2)
 */

import {
  type Calibration,
  dividedInputs,
  outputError,
  quadraticForm,
} from "../engine/calibration/calibration.js";
import {divideRows, scaleColumns} from "../engine/equivalent/channel-scale.js";
import type {Format} from "../formats/format.js";
import {requireInteger} from "../tensor/require.js";
import {matrixSize, type Tensor} from "../tensor/tensor.js";
import {type QuantizedWeight, quantizationMethod} from "./method.js";
import {roundToNearest} from "./rtn.js";

/** The grids of the search; the defaults are the authors'. */
export interface AwqOptions {
  /** Ratios tried: 0, 1 / grid, … below 1. With a grid of 1 only ratio 0, which is round to nearest. */
  readonly grid?: number;
  /** Clip after scaling: all layers, or each by its own word. The authors leave query and key projections unclipped. */
  readonly clip?: boolean | readonly boolean[];
  /** Clipping steps of 1 / clipGrid of the largest magnitude … */
  readonly clipGrid?: number;
  /** … down to, but not including, 1 - maxShrink of it. */
  readonly maxShrink?: number;
}

/** The scales of the winning ratio. */
export interface AwqScales {
  /** s [in]: the weights' columns are multiplied, the activations divided by it. */
  readonly scales: Float32Array;
  readonly ratio: number;
  /** Mean square output error with these scales, over all layers that share the input. */
  readonly error: number;
}

/** Layers quantized together because they read the same input. */
export interface AwqResult extends AwqScales {
  /** W diag(s), clipped and rounded; they expect x / s. */
  readonly weights: readonly QuantizedWeight[];
}

const SCALE_FLOOR = 1e-4;

/**
 * Quantizes the layers `weights` [out, in] that share an input: scale search, clip search, rounding.
 * Divide the activation by `scales`: in the gain of the norm before, or in the rows of the layer before.
 * @throws RangeError if the shapes do not fit the calibration, or an option is out of range.
 */
export function awq(
  weights: readonly Tensor[],
  calibration: Calibration,
  format: Format,
  options: AwqOptions = {},
): AwqResult {
  const found = awqScales(weights, calibration, format, options);
  const inputs = dividedInputs(calibration, found.scales);
  const {clip = true} = options;
  const quantized = weights.map((w, i) => {
    const scaled = scaleColumns(w, found.scales);
    const clips = typeof clip === "boolean" ? clip : clip[i];
    return roundToNearest(clips ? awqClip(scaled, inputs, format, options) : scaled, format);
  });
  return {...found, weights: quantized};
}

/**
 * The ratio r of the grid, and its scales s = (mean|X|)^r (at least 1e-4, divided by sqrt(max s * min s)), whose rounded
 * weights round(W diag(s)) diag(1/s) change the layers' outputs least, in mean square over the calibration tokens.
 * Of equals the smaller ratio wins.
 * @throws RangeError as {@link awq}.
 */
export function awqScales(
  weights: readonly Tensor[],
  calibration: Calibration,
  format: Format,
  {grid = 20}: AwqOptions = {},
): AwqScales {
  requireInteger("awqScales", "grid", grid, 1);
  let best: AwqScales | undefined;
  for (let step = 0; step < grid; step++) {
    const scales = powerScales(calibration.meanAbs, step / grid);
    const error = weights.reduce((sum, w) => sum + scaledError(w, scales, calibration, format), 0);
    if (best === undefined || error < best.error) best = {scales, ratio: step / grid, error};
  }
  return best!;
}

/**
 * W with the values of each group clamped to ±c, c the largest magnitude of the group or the fraction of it whose
 * rounded values change the group's share of the output least. A group is what shares a block scale; a format without
 * blocks has one group a row. Of equals the larger bound wins. Where a format has a scale for the whole tensor, trying
 * a fraction moves that scale too.
 * @throws RangeError if the grid is out of range or the calibration has other inputs.
 */
export function awqClip(
  w: Tensor,
  calibration: Calibration,
  format: Format,
  {clipGrid = 20, maxShrink = 0.5}: AwqOptions = {},
): Tensor {
  if (!(Number.isInteger(clipGrid) && clipGrid >= 1) || !(maxShrink > 0 && maxShrink < 1)) {
    throw new RangeError(
      `awqClip: clipGrid must be an integer of at least 1 and maxShrink in (0, 1), got ${clipGrid} and ${maxShrink}`,
    );
  }
  const bounds = groupBounds(w, format.blockSize);
  const bestError = new Float64Array(bounds.length).fill(Number.POSITIVE_INFINITY);
  const best = bounds.slice();
  for (let step = 0; step < maxShrink * clipGrid; step++) {
    const tried = bounds.map((bound) => bound * (1 - step / clipGrid));
    const rounded = roundToNearest(clamped(w, tried, format.blockSize), format).weight;
    groupErrors(w, rounded, calibration, format.blockSize).forEach((error, group) => {
      if (error < bestError[group]) {
        bestError[group] = error;
        best[group] = tried[group];
      }
    });
  }
  return clamped(w, best, format.blockSize);
}

function powerScales(meanAbs: Float64Array, ratio: number): Float32Array {
  const powers = meanAbs.map((mean) => Math.max(SCALE_FLOOR, mean ** ratio));
  const middle = Math.sqrt(powers.reduce((a, b) => Math.max(a, b)) * powers.reduce((a, b) => Math.min(a, b)));
  return Float32Array.from(powers, (power) => power / middle);
}

function scaledError(w: Tensor, scales: Float32Array, calibration: Calibration, format: Format): number {
  const rounded = roundToNearest(scaleColumns(w, scales), format).weight;
  const inverse = scales.map((scale) => 1 / scale);
  return outputError(w, scaleColumns(rounded, inverse), calibration) * matrixSize(w).rows;
}

function groupsPerRow(columns: number, groupSize: number | null): number {
  return groupSize === null ? 1 : Math.ceil(columns / groupSize);
}

/** The largest magnitude of each group, row by row. */
function groupBounds(w: Tensor, groupSize: number | null): Float32Array {
  const {rows, columns} = matrixSize(w);
  const perRow = groupsPerRow(columns, groupSize);
  const bounds = new Float32Array(rows * perRow);
  for (let k = 0; k < w.data.length; k++) {
    const group = Math.floor(k / columns) * perRow + Math.floor((k % columns) / (groupSize ?? columns));
    bounds[group] = Math.max(bounds[group], Math.abs(w.data[k]));
  }
  return bounds;
}

function clamped(w: Tensor, bounds: Float32Array, groupSize: number | null): Tensor {
  const {columns} = matrixSize(w);
  const perRow = groupsPerRow(columns, groupSize);
  const data = w.data.map((value, k) => {
    const bound =
      bounds[Math.floor(k / columns) * perRow + Math.floor((k % columns) / (groupSize ?? columns))];
    return Math.min(bound, Math.max(-bound, value));
  });
  return {shape: [...w.shape], data};
}

/** The square of each group's part of the output change, summed over tokens: d^T G d over the group's inputs. */
function groupErrors(
  w: Tensor,
  rounded: Tensor,
  {gram}: Calibration,
  groupSize: number | null,
): Float64Array {
  const {rows, columns} = matrixSize(w);
  const size = groupSize ?? columns;
  const perRow = groupsPerRow(columns, groupSize);
  const difference = new Float64Array(columns);
  const errors = new Float64Array(rows * perRow);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++)
      difference[j] = w.data[row * columns + j] - rounded.data[row * columns + j];
    for (let g = 0; g < perRow; g++) {
      const to = Math.min(columns, (g + 1) * size);
      errors[row * perRow + g] = quadraticForm(gram, difference, g * size, to);
    }
  }
  return errors;
}

/**
 * AWQ: channels with large activations are scaled up before rounding; scales and clipping ranges are searched on
 * calibration data. Without a maker there is nowhere to put a scale, and clipping is left; query and key projections
 * are not clipped, as the authors have it.
 */
export const awqMethod = quantizationMethod({
  id: "awq",
  label: "AWQ",
  source: "arXiv:2306.00978, section 3.2",
  family: "rounding",
  params: {
    grid: {kind: "integer", label: "Steps of the search for scales", min: 1, max: 100, default: 20},
    clipGrid: {kind: "integer", label: "Steps of the search for clips", min: 1, max: 100, default: 20},
    maxShrink: {kind: "number", label: "Largest share clipped", min: 0.01, max: 0.99, default: 0.5},
  },
  needs: ["calibration"],
  steps: ({grid, ...clipping}) => ({
    async round({readers, weights, makers}, format, calibration) {
      const clip = readers.map((name) => !/\.[qk]_proj\.weight$/.test(name));
      const options = {grid: makers.length === 0 ? 1 : grid, clip, ...clipping};
      const {scales, weights: rounded} = awq(weights, await calibration(), format, options);
      return {weights: rounded, makers: makers.map((maker) => divideRows(maker, scales))};
    },
  }),
});
