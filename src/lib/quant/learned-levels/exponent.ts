/** The exponent of a power format learned on a layer's outputs. (NUPES, arXiv 2308.05600, section 4) */
import {type PowerFormat, packedExponent} from "../../formats/power/nupes.js";
import type {Tensor} from "../../tensor/tensor.js";
import {outputSlopes} from "../output-descent.js";

/** Ends of an exponent, the first step and by how much each is shorter than the one before. */
const [LEAST, MOST, FIRST_STEP, SHRINK] = [0.2, 1, 0.08, 0.8];
/** Magnitudes below this share of the largest do not move the exponent: their logarithm has no bound. */
const LEAST_SHARE = 1e-8;

/** A weight [out, in], the mean of x x^T of its inputs, and the largest value that each element can have. */
export interface ExponentProblem {
  readonly w: Tensor;
  /** [in, in], row-major. */
  readonly h: Float64Array;
  readonly most: Float32Array;
}

/** The error of a layer's outputs with rounding to nearest under an exponent, and the sign of its slope by the exponent. */
function outputErrorUnder({w, h, most}: ExponentProblem, format: PowerFormat, exponent: number) {
  const [rows, columns] = w.shape;
  const own = format.under(exponent);
  const {data} = own.decode(own.encode(w));
  const [d, slope] = [new Float64Array(columns), new Float64Array(columns)];
  let [error, byExponent] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let i = 0; i < columns; i++) d[i] = data[start + i] - w.data[start + i];
    error += outputSlopes(h, d, slope);
    for (let i = 0; i < columns; i++) {
      const k = start + i;
      byExponent +=
        slope[i] *
        Math.sign(w.data[k]) *
        most[k] *
        powerSlope(w.data[k] / most[k], data[k] / most[k], exponent);
    }
  }
  return {error, byExponent};
}

/**
 * The slope by a of what stands for a share t of the largest magnitude: y = p^(1/a) with p near t^a, whose rounding passes
 * the slope t^a ln t of what it rounds.
 */
function powerSlope(share: number, rounded: number, a: number): number {
  const [t, y] = [Math.abs(share), Math.abs(rounded)];
  if (!(t >= LEAST_SHARE && y > 0)) return 0;
  const p = y ** a;
  return (-y * Math.log(p)) / (a * a) + (y / (a * p)) * t ** a * Math.log(t);
}

/**
 * The format under an exponent that descent from its own finds, the output error least of all that were met: never larger than
 * that of the format's own choice.
 */
export function learnOutputExponent(problem: ExponentProblem, format: PowerFormat, rounds: number) {
  let a = packedExponent(format.encode(problem.w));
  let found = outputErrorUnder(problem, format, a);
  let best = {exponent: a, error: found.error};
  for (let round = 0; round < rounds; round++) {
    const next = a - FIRST_STEP * SHRINK ** round * Math.sign(found.byExponent);
    a = Math.fround(Math.min(MOST, Math.max(LEAST, next)));
    found = outputErrorUnder(problem, format, a);
    if (found.error < best.error) best = {exponent: a, error: found.error};
  }
  return best;
}
