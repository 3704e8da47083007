import {castValue, decodeValues, encodeValues} from "../../formats/cast.js";
import {bf16} from "../../formats/element.js";
import {roundHalfEven} from "../../formats/round.js";
import {requireFinite} from "../../tensor/require.js";

/** Rows of a matrix as integers of a byte: a weight is its code over the scale of its row. */
export interface RowInt8 {
  readonly codes: Int8Array;
  /** One for each row, as bits of bfloat16. */
  readonly scales: Uint16Array;
}

const HIGHEST = 127;

/**
 * Quantizes rows to int8, half to even, with a scale of 127 over the row's largest magnitude, in bfloat16.
 * @param released as the authors' code does it: a scale of at most 1, so that rows of magnitudes below 0.5 vanish, and
 * codes by the scale before it is rounded. (SparAMX/layer/quantized_sparse_linear.py)
 * @throws RangeError for a NaN or an infinity.
 */
export function quantizeRowsInt8(weight: Float32Array, inputs: number, released = false): RowInt8 {
  requireFinite("quantizeRowsInt8", "weight", weight);
  const codes = new Int8Array(weight.length);
  const scales = new Float32Array(inputs === 0 ? 0 : weight.length / inputs);
  for (let row = 0; row < scales.length; row++) {
    const values = weight.subarray(row * inputs, (row + 1) * inputs);
    const largest = values.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    scales[row] = released ? Math.min(Math.fround(HIGHEST / largest), 1) : rowScale(largest);
    for (let i = 0; i < inputs; i++) codes[row * inputs + i] = codeOf(values[i], scales[row]);
  }
  return {codes, scales: encodeValues(bf16, scales) as Uint16Array};
}

/** 127 over the largest magnitude as a finite bfloat16; 1 for a row of zeros. */
function rowScale(largest: number): number {
  if (largest === 0) return 1;
  return castValue(bf16, Math.fround(HIGHEST / largest), {overflow: "saturate"});
}

function codeOf(weight: number, scale: number): number {
  const code = roundHalfEven(Math.fround(weight * scale));
  return Math.max(-HIGHEST, Math.min(HIGHEST, code));
}

/** The weights that codes stand for. */
export function dequantizeRowsInt8({codes, scales}: RowInt8): Float32Array {
  const inputs = codes.length / scales.length;
  const steps = decodeValues(bf16, scales);
  return Float32Array.from(codes, (code, i) => code / steps[Math.floor(i / inputs)]);
}
