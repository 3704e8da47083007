/** Claims of the survey of quantization, and of the noise of uniform steps that it builds on. */
import {int} from "../../../formats/int.js";
import {quantizeSwitched} from "../../../formats/switches/quantize-switched.js";
import {addErrors, errorOfSums, NO_ERROR_SUMS} from "../../../tensor/error.js";
import type {Tensor} from "../../../tensor/tensor.js";
import type {Evidence, Verdict} from "../claim.js";
import {measured, reported, valuesOf} from "../evidence.js";
import {linearWeights, measureAll, type TensorClaim, WEIGHTS} from "./tensors.js";

const SURVEY = "arXiv:2103.13630";
const TIMES = "times";

/** Widths over which the slope is taken: below, the noise is not uniform in a step. */
const WIDTHS = [4, 5, 6, 7, 8] as const;
/** Decibels of a bit. */
const PER_BIT = 20 * Math.log10(2);
/** Share by which a slope may differ from that. */
const NEAR = 0.03;

/** Times that weights in an integer format are smaller than in float32. */
const smaller = (bits: number, weights: readonly Tensor[]): Evidence =>
  measured(
    WEIGHTS,
    `size in float32 over that of ${bits} bits, scales included`,
    32 / measureAll(int({bits}), weights).bitsPerElement,
    TIMES,
  );

const sixteenTimes: TensorClaim = {
  id: "survey-16x",
  paper: SURVEY,
  place: "abstract",
  statement:
    "Integers of four bits or less could make memory and latency 16 times smaller than floats; 4 to 8 times are often realised.",
  kind: "measured",
  reported: [
    reported("neural networks in practice, least", "reduction often realised", 4, TIMES),
    reported("neural networks in practice, most", "reduction often realised", 8, TIMES),
    reported("four bits or less", "reduction that is possible", 16, TIMES),
  ],
  ours: (data) => [8, 4, 2].map((bits) => smaller(bits, linearWeights(data))),
  judge: (printed, ours): Verdict => {
    const [least, most, possible] = valuesOf(printed);
    const [eight, four, two] = valuesOf(ours);
    if (!(four >= least && four <= most && eight < four)) return "differs";
    return two >= possible ? "agrees" : "same direction";
  },
  why: "Bytes are judged, with all scales. Four bits lie within the range that is often realised. Sixteen times would take two bits without a scale; with one for each row our small matrices stay below. Times are on the page of speeds: they depend on the machine and are not judged here.",
};

/** Slope of a straight line through points, by least squares. */
function slope(x: readonly number[], y: readonly number[]): number {
  const center = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middleX, middleY] = [center(x), center(y)];
  const products = x.reduce((sum, value, i) => sum + (value - middleX) * (y[i] - middleY), 0);
  return products / x.reduce((sum, value) => sum + (value - middleX) ** 2, 0);
}

/** Signal to noise of weights in full-range steps, one scale a row. */
function signalToNoise(bits: number, weights: readonly Tensor[]): number {
  const sums = weights.reduce(
    (all, x) =>
      addErrors(all, x.data, quantizeSwitched(x, {bits, levels: "full", granularity: "channel"}).values.data),
    NO_ERROR_SUMS,
  );
  return errorOfSums(sums).sqnrDb;
}

const decibelsPerBit: TensorClaim = {
  id: "noise-per-bit",
  paper: "Bennett 1948",
  place: "Spectra of Quantized Signals",
  statement: "The noise of fine uniform steps is a twelfth of their square, so that each bit adds 6.02 dB.",
  kind: "measured",
  reported: [reported("fine uniform steps", "signal to noise gained by a bit", PER_BIT, "dB")],
  ours: (data) => {
    const weights = linearWeights(data);
    const found = WIDTHS.map((bits) => signalToNoise(bits, weights));
    const quantity = `signal to noise gained by a bit, ${WIDTHS[0]} to ${WIDTHS[WIDTHS.length - 1]} bits`;
    return [measured(WEIGHTS, quantity, slope(WIDTHS, found), "dB")];
  },
  judge: (printed, ours): Verdict => {
    const [gained] = valuesOf(ours);
    const [wanted] = valuesOf(printed);
    if (!(gained > 0)) return "differs";
    return Math.abs(gained / wanted - 1) <= NEAR ? "agrees" : "same direction";
  },
  why: "The slope is a little steeper than one bit is worth, since n bits have one step less than twice the steps of n - 1 bits; the more bits, the less that matters.",
};

/** Claims that the weights alone judge. */
export const surveyClaims = [sixteenTimes, decibelsPerBit] as const;
