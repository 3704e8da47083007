import {bipolarLevels} from "../formats/codebook/bipolar.js";
import {levelsQuantize} from "../formats/codebook/levels.js";
import type {Tensor} from "../tensor/tensor.js";

/** A matrix as bipolar integers, each row with a scale of its own. */
export interface BipolarRows {
  readonly codes: Uint8Array | Uint16Array;
  readonly scales: Float32Array;
  /** Values of the codes under their scales. */
  readonly values: Float64Array;
}

/**
 * Rounds rows of `width` numbers to bipolar integers. The largest magnitude of a row meets the largest of them; signs
 * alone, of one bit, stand for the row's mean magnitude, which loses least.
 * @throws RangeError if a number is not finite, or `bits` is no integer from 1 to 8.
 */
export function bipolarRows(x: Tensor, width: number, bits: number): BipolarRows {
  const set = bipolarLevels(bits);
  const {codes, scales: fitted} = levelsQuantize(set, x, {granularity: "channel"});
  const scales = bits === 1 ? meanMagnitudes(x.data, width) : fitted;
  const values = Float64Array.from(codes, (code, i) => set.values[code] * scales[Math.floor(i / width)]);
  return {codes, scales, values};
}

const meanMagnitudes = (x: Float32Array, width: number): Float32Array =>
  Float32Array.from({length: x.length / width}, (_, row) => {
    const of = x.subarray(row * width, (row + 1) * width);
    return of.reduce((sum, value) => sum + Math.abs(value), 0) / width;
  });
