/**
 * GPTQ: columns are rounded one after another, and what rounding one did to the outputs is undone, as far as it goes,
 * by the columns still to come. (arXiv 2210.17323, section 3)
 */

import type {Calibration} from "../engine/calibration/calibration.js";
import {
  type ColumnRounding,
  compensated,
  compensationFactor,
  dampingParam,
  withoutDeadInputs,
} from "../engine/calibration/compensation.js";
import type {Format} from "../formats/format.js";
import {requireInteger} from "../tensor/require.js";
import {matrixSize, type Tensor} from "../tensor/tensor.js";
import {frozenGrid, MOST_GRID_BITS} from "./frozen-grid.js";
import {type QuantizedWeight, quantizationMethod} from "./method.js";

/** The knobs of GPTQ. */
export interface GptqOptions {
  /** Added to the Hessian's diagonal, as a fraction of its mean. */
  readonly damping?: number;
}

/** The knobs of GPTQ with a format. */
export interface GptqFormatOptions extends GptqOptions {
  /** Columns compensated among themselves before the rest; the result depends on it only by rounding. */
  readonly groupSize?: number;
}

/**
 * GPTQ with any format that stores one code an element. Scales and all other block metadata are the format's for the
 * uncompensated weight and stay (static groups); codes are GPTQ's. So the result is packed as the format packs, with
 * the same bytes as round to nearest.
 * @throws RangeError if the shapes do not fit, the damping is no number above 0, or the format stores no plain codes.
 */
export function gptq(
  w: Tensor,
  calibration: Calibration,
  format: Format,
  {damping, groupSize = 128}: GptqFormatOptions = {},
): QuantizedWeight {
  const grid = frozenGrid(withoutDeadInputs(w, calibration), format);
  const rounding = {groupSize, beginGroup: () => grid.round};
  gptqRound(w, calibration, rounding, damping === undefined ? {} : {damping});
  const packed = grid.packed();
  return {packed, weight: format.decode(packed)};
}

/**
 * GPTQ with any rounding. Inputs that were always zero get zero weights: nothing can be said of them.
 * @returns the rounded weight [out, in].
 * @throws RangeError if w has other inputs than the calibration, the damping is no number above 0, or w is not finite.
 */
export function gptqRound(
  w: Tensor,
  calibration: Calibration,
  rounding: ColumnRounding,
  {damping = 0.01}: GptqOptions = {},
): Tensor {
  checkArguments(w, calibration, rounding.groupSize);
  const u = compensationFactor("gptq", calibration, damping);
  return compensated(withoutDeadInputs(w, calibration), u, rounding);
}

function checkArguments(w: Tensor, calibration: Calibration, groupSize: number): void {
  const {columns} = matrixSize(w);
  if (columns !== calibration.inputs) {
    throw new RangeError(`gptq: w must have the calibration's ${calibration.inputs} inputs, got ${columns}`);
  }
  requireInteger("gptq", "groupSize", groupSize, 1);
  const bad = w.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`gptq: w must be finite, got ${w.data[bad]} at index ${bad}`);
}

/** GPTQ: columns are rounded one after the other; the columns that follow are adjusted to compensate the error. */
export const gptqMethod = quantizationMethod({
  id: "gptq",
  label: "GPTQ",
  source: "arXiv:2210.17323, section 3",
  family: "rounding",
  params: {
    damping: dampingParam,
    groupSize: {kind: "integer", label: "Columns compensated together", min: 1, max: 4096, default: 128},
  },
  needs: ["calibration"],
  refuses({id, codebook: {bits}, layout}) {
    if (layout === "blocks")
      return `GPTQ chooses codes one by one; ${id} packs them with their scales in blocks.`;
    if (layout === "streams")
      return `GPTQ chooses codes one by one; ${id} has no code of an element's own in one place.`;
    if (bits <= MOST_GRID_BITS) return null;
    return `GPTQ chooses among the codes of a format, at most ${MOST_GRID_BITS} bits each; those of ${id} have ${bits}.`;
  },
  steps: (options) => ({
    async round({weights}, format, calibration) {
      const seen = await calibration();
      return {weights: weights.map((w) => gptq(w, seen, format, options))};
    },
  }),
});
