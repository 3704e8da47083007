import {castValue} from "../../formats/cast.js";
import {f16} from "../../formats/element.js";
import {roundHalfEven} from "../../formats/round.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";

/** An embedding [vocab, n] in integers with a scale for each row. */
export interface QuantizedEmbedding {
  /** 8 bits: -128 … 127. 4 bits: 0 … 15 for -8 … 7. Row-major. */
  readonly codes: Int8Array;
  /** As stored, in float16, [vocab]. */
  readonly scales: Float32Array;
}

/** Rule by which rows become integers. */
export interface EmbeddingOptions {
  readonly bits?: 4 | 8;
  /**
   * The number that the scale is made from: the largest magnitude, or as in the published code the largest value, which clips rows
   * whose largest magnitude is negative.
   */
  readonly rowScale?: "abs-max" | "signed-max";
}

/**
 * Rows of an embedding: s = max / 127 and q = clamp(round(w / s)) for 8 bits, s = max / 8 and clamp(round(w / s) + 8, 0, 15)
 * for 4, with s in float32 for the codes and in float16 as stored. A row whose scale is 0 has the codes of 0.
 * (https://github.com/enyac-group/Quamba)
 * @throws RangeError if bits is not 4 or 8, or w is not finite.
 */
export function quantizeEmbedding(
  w: Tensor,
  {bits = 8, rowScale = "abs-max"}: EmbeddingOptions = {},
): QuantizedEmbedding {
  if (bits !== 4 && bits !== 8) throw new RangeError(`quantizeEmbedding: bits must be 4 or 8, got ${bits}`);
  const {rows, columns} = matrixSize(w);
  const [offset, low, high, steps] = bits === 8 ? [0, -128, 127, 127] : [8, 0, 15, 8];
  const codes = new Int8Array(w.data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const values = w.data.subarray(row * columns, (row + 1) * columns);
    const scale = Math.fround(largest(values, row, rowScale) / steps);
    for (let i = 0; i < columns; i++) {
      const q = scale === 0 ? 0 : roundHalfEven(Math.fround(values[i] / scale));
      codes[row * columns + i] = Math.max(low, Math.min(high, q + offset));
    }
    scales[row] = castValue(f16, scale, {overflow: "inf"});
  }
  return {codes, scales};
}

function largest(values: Float32Array, row: number, rowScale: "abs-max" | "signed-max"): number {
  let most = Number.NEGATIVE_INFINITY;
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `quantizeEmbedding: values must be finite, got ${value} in row ${row}, column ${i}`,
      );
    }
    most = Math.max(most, rowScale === "abs-max" ? Math.abs(value) : value);
  });
  return values.length === 0 ? 0 : most;
}

/** The order of columns in a word of Marlin's kernels, lowest nibble first. */
export const MARLIN_NIBBLES = [0, 2, 4, 6, 1, 3, 5, 7] as const;

/**
 * 4-bit codes packed eight to an int32: nibble i of a word holds column `nibbles[i]` of its eight.
 * @throws RangeError if the number of codes is no multiple of 8, or `nibbles` no order of 0 … 7.
 */
export function packNibbles(codes: Int8Array, nibbles: readonly number[] = MARLIN_NIBBLES): Int32Array {
  if (codes.length % 8 !== 0) {
    throw new RangeError(`packNibbles: the number of codes must be a multiple of 8, got ${codes.length}`);
  }
  if (nibbles.length !== 8 || [...nibbles].sort().some((column, i) => column !== i)) {
    throw new RangeError(`packNibbles: nibbles must be an order of 0 to 7, got ${nibbles.join(", ")}`);
  }
  const words = new Int32Array(codes.length / 8);
  for (let word = 0; word < words.length; word++) {
    nibbles.forEach((column, i) => {
      words[word] = words[word] | ((codes[word * 8 + column] & 15) << (4 * i));
    });
  }
  return words;
}
