import {castValue} from "../../formats/cast.js";
import {f16} from "../../formats/element.js";
import {type IntOptions, type IntTensor, intDequantize, intQuantize} from "../../formats/int.js";
import {roundHalfEven} from "../../formats/round.js";
import {requireInteger} from "../../tensor/require.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";

/** A weight [out, in] in 4 bits. */
export interface W4Weight {
  /** Signed codes, row-major: -8 … 7 in groups, -7 … 7 for a whole row. */
  readonly codes: Int8Array;
  /** One for each group of each row, [out, groups]. */
  readonly scales: Float32Array;
  /** The numbers that the codes stand for. */
  readonly values: Tensor;
}

/** A weight whose 4-bit values are expanded to int8, for an int8 product with int8 activations. */
export interface W4A8Weight {
  /** The 4-bit groups beneath; for whole rows they are all there is. */
  readonly groups: W4Weight;
  /** One for each row, [out]. */
  readonly channelScales: Float32Array;
  /** Group scale over channel scale as stored in float16, [out, groups]; null for whole rows. */
  readonly groupRatios: Float32Array | null;
  /** The int8 values times their channel scale. */
  readonly values: Tensor;
}

/** Number of inputs that share a scale. */
export interface W4Options {
  readonly bits?: number;
  /** Inputs of a group; a row that is no longer has one scale. */
  readonly groupSize?: number;
}

/**
 * The weights of Quamba2: groups of inputs use all 16 codes, s = 2/15 max|w|, q = clamp(round(w / s), -8, 7); rows
 * that fit into one group are symmetric, s = max|w| / 7. A group of zeros has scale 0 and codes 0.
 * (arXiv 2503.22879)
 * @throws RangeError if w is not finite or an option is out of range.
 */
export function quantizeW4(w: Tensor, {bits = 4, groupSize = 128}: W4Options = {}): W4Weight {
  const options = intOptions(w, bits, groupSize);
  const q = intQuantize(w, options);
  return {codes: signedCodes(q, bits), scales: q.scales, values: intDequantize(q, w.shape, options)};
}

/**
 * The second level for W4A8: s_channel = max|W4| / 127 over a row of 4-bit values, each of which becomes the int8
 * round(W4 / s_channel). Whole rows need none: their codes are int8 already.
 * (QQQ, arXiv 2406.09904)
 * @throws RangeError as {@link quantizeW4}.
 */
export function quantizeW4A8(w: Tensor, options: W4Options = {}): W4A8Weight {
  const groups = quantizeW4(w, options);
  const {rows, columns} = matrixSize(w);
  const perRow = groups.scales.length / Math.max(rows, 1);
  if (perRow <= 1) return {groups, channelScales: groups.scales, groupRatios: null, values: groups.values};
  const channelScales = new Float32Array(rows);
  groups.values.data.forEach((value, i) => {
    const row = Math.floor(i / columns);
    channelScales[row] = Math.max(channelScales[row], Math.abs(value));
  });
  for (let row = 0; row < rows; row++) channelScales[row] = channelScales[row] / 127;
  const data = groups.values.data.map((value, i) => {
    const scale = channelScales[Math.floor(i / columns)];
    const code = scale === 0 ? 0 : roundHalfEven(Math.fround(value / scale));
    return Math.max(-128, Math.min(127, code)) * scale;
  });
  const groupRatios = groups.scales.map((scale, i) => {
    const channel = channelScales[Math.floor(i / perRow)];
    return channel === 0 ? 0 : castValue(f16, Math.fround(scale / channel), {overflow: "inf"});
  });
  return {groups, channelScales, groupRatios, values: {shape: [...w.shape], data}};
}

function intOptions(w: Tensor, bits: number, groupSize: number): IntOptions {
  requireInteger("quantizeW4", "groupSize", groupSize, 1);
  return groupSize < matrixSize(w).columns
    ? {bits, scheme: "x2_15", granularity: "group", groupSize, scaleType: "f32"}
    : {bits, scheme: "symmetric", granularity: "channel", scaleType: "f32"};
}

function signedCodes({codes}: IntTensor, bits: number): Int8Array {
  const half = 2 ** (bits - 1);
  return Int8Array.from(codes, (code) => (code >= half ? code - 2 * half : code));
}
