import type {Calibration} from "../../engine/calibration/calibration.js";
import {withoutDeadInputs} from "../../engine/calibration/compensation.js";
import type {Format} from "../../formats/format.js";
import {packCodes} from "../../formats/pack.js";
import {isPowerFormat, type PowerFormat} from "../../formats/power/nupes.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {frozenGrid, MOST_GRID_BITS} from "../frozen-grid.js";
import {type QuantizedWeight, quantizationMethod} from "../method.js";
import {learnOutputExponent} from "./exponent.js";
import {type LevelDescent, learnLevels} from "./row.js";

/** The knobs of learned levels. */
export interface LearnedLevelsOptions extends Partial<LevelDescent> {
  /** Steps of the exponent, for formats that have one. */
  readonly exponentSteps?: number;
}

/** The largest value that each element can have: that of its scale under the largest code. */
function largestLevels(w: Tensor, format: PowerFormat): Float32Array {
  const {bits} = format.codebook;
  const packed = format.encode(w);
  const codes = packCodes(new Uint8Array(w.data.length).fill(2 ** (bits - 1) - 1), bits);
  return format.decode({...packed, parts: {...packed.parts, codes}}).data;
}

/** The format under an exponent learned on the outputs, or itself where it has none to choose. */
function exponentLearned(w: Tensor, h: Float64Array, format: Format, rounds: number): Format {
  if (!isPowerFormat(format) || rounds === 0) return format;
  const most = largestLevels(w, format);
  return format.under(learnOutputExponent({w, h, most}, format, rounds).exponent);
}

/**
 * Rounds a weight [out, in] row by row to codes learned over the whole range of the format, after the exponent of a power
 * format; scales are the format's own. No row's error on the calibration inputs is larger than that of rounding to nearest
 * under the same exponent, and the layer's no larger than that of the format's own choice.
 * @throws RangeError if the shapes do not fit, or the format stores no plain codes.
 */
export function learnedLevels(
  w: Tensor,
  calibration: Calibration,
  format: Format,
  {steps = 60, rate = 0.4, exponentSteps = 12}: LearnedLevelsOptions = {},
): QuantizedWeight {
  const {rows, columns} = matrixSize(w);
  if (columns !== calibration.inputs)
    throw new RangeError(
      `learnedLevels: w must have the calibration's ${calibration.inputs} inputs, got ${columns}`,
    );
  const h = calibration.gram.map((value) => value / calibration.tokens);
  const own = withoutDeadInputs(w, calibration);
  const chosen = exponentLearned(own, h, format, exponentSteps);
  const grid = frozenGrid(own, chosen);
  for (let row = 0; row < rows; row++) {
    const values = Float64Array.from(own.data.subarray(row * columns, (row + 1) * columns));
    const levels = Array.from(values, (_, column) => grid.levels(row, column));
    const learned = learnLevels({w: values, levels, h}, {steps, rate});
    learned.values.forEach((value, column) => {
      grid.round(row, column, value);
    });
  }
  const packed = grid.packed();
  return {packed, weight: chosen.decode(packed)};
}

/** Learned levels: each weight moves over all values of its format, softly rounded and ever more sharply, as gradients of the layer's output error lead; a power format's exponent is learned before. */
export const learnedLevelsMethod = quantizationMethod({
  id: "learned-levels",
  label: "Learned levels (NUPES)",
  source: "arXiv:2308.05600, section 4; arXiv:2004.10568",
  family: "rounding",
  params: {
    steps: {kind: "integer", label: "Steps of gradient descent", min: 1, max: 2000, default: 60},
    rate: {kind: "number", label: "Length of a step, in levels", min: 0.001, max: 2, default: 0.4},
    exponentSteps: {
      kind: "integer",
      label: "Steps of the exponent",
      help: "Of a power format without an exponent of its own; 0 leaves the choice by the weights' own error.",
      min: 0,
      max: 100,
      default: 12,
    },
  },
  needs: ["calibration"],
  shownFormats: ["nupes3", "nupes4", "int3"],
  refuses({id, codebook: {bits}, layout}) {
    if (layout !== undefined)
      return `Learned levels are codes chosen one by one; ${id} has none of an element's own in one place.`;
    if (bits <= MOST_GRID_BITS) return null;
    return `Learned levels are chosen among the codes of a format, at most ${MOST_GRID_BITS} bits each; those of ${id} have ${bits}.`;
  },
  steps: (options) => ({
    async round({weights}, format, calibration) {
      const seen = await calibration();
      return {weights: weights.map((w) => learnedLevels(w, seen, format, options))};
    },
  }),
});
