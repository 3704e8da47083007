import {decodeValues} from "../../formats/cast.js";
import {bf16} from "../../formats/element.js";
import type {Packed} from "../../formats/format.js";
import {requirePart} from "../../formats/pack.js";
import {roundHalfEven} from "../../formats/round.js";
import {requireFinite} from "../../tensor/require.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {unpackBitmap} from "../bitmap/bitmap.js";
import {bitmapOf} from "../bitmap/bitmap-parts.js";
import {sparseForms} from "../registry.js";

const HIGHEST = 127;

/** Rows of activations as integers of a byte. */
export interface Int8Rows {
  readonly codes: Int8Array;
  /** A row is its codes over its scale. */
  readonly scales: Float32Array;
}

/**
 * Rounds every row of x to int8 under 127 over its largest magnitude, as the weights of a bitmap in int8 are.
 * @throws RangeError for a NaN or an infinity.
 */
export function quantizeTokens({data}: Tensor, inputs: number): Int8Rows {
  requireFinite("quantizeTokens", "x", data);
  const scales = new Float32Array(inputs === 0 ? 0 : data.length / inputs);
  const codes = new Int8Array(data.length);
  for (let row = 0; row < scales.length; row++) {
    const values = data.subarray(row * inputs, (row + 1) * inputs);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // A scale that float32 can hold: rows of the smallest numbers keep some of their bits.
    scales[row] = largest === 0 ? 1 : Math.min(Math.fround(HIGHEST / largest), 2 ** 127);
    for (let i = 0; i < inputs; i++) {
      const code = roundHalfEven(values[i] * scales[row]);
      codes[row * inputs + i] = Math.max(-HIGHEST, Math.min(HIGHEST, code));
    }
  }
  return {codes, scales};
}

/**
 * y [rows, outputs] = x [rows, inputs] times the transpose of a packed matrix: the definition that kernels are held to.
 * Weights in bfloat16 meet x as it is, and sums are of float64; weights in int8 meet x in int8, and sums are whole
 * numbers, divided by both scales. (SparAMX, arXiv:2502.12444, section 4)
 * @throws RangeError if x does not have the matrix's inputs, a part does not fit, or the form is unknown.
 */
export function sparseLinear(packed: Packed, x: Tensor): Tensor {
  const inputs = requireInputs("sparseLinear", packed, x);
  if (packed.format === "bitmap-int8") return ofInt8(packed, x, inputs);
  return products(sparseForms.byId(packed.format).unpack(packed).data, x, inputs, x.data, () => 1);
}

/** The inputs of a packed matrix. @throws RangeError if x does not have as many columns. */
export function requireInputs(where: string, {shape}: Packed, x: Tensor): number {
  const {columns} = matrixSize(x);
  if (columns !== shape[1]) {
    throw new RangeError(`${where}: x must have ${shape[1]} columns, got ${columns}`);
  }
  return columns;
}

function ofInt8(packed: Packed, x: Tensor, inputs: number): Tensor {
  const {map, sizes} = bitmapOf(packed, 4);
  const {codes, scales} = quantizeTokens(x, inputs);
  const steps = outputScales(packed);
  return products(unpackBitmap(map, sizes), x, inputs, codes, (row, output) => scales[row] * steps[output]);
}

/** Scales of the outputs of a matrix in int8. */
export function outputScales(packed: Packed): Float32Array {
  const bytes = requirePart(packed, "scales", 2 * packed.shape[0]).slice();
  return decodeValues(bf16, new Uint16Array(bytes.buffer));
}

function products(
  weight: ArrayLike<number>,
  x: Tensor,
  inputs: number,
  values: ArrayLike<number>,
  divisor: (row: number, output: number) => number,
): Tensor {
  const {rows} = matrixSize(x);
  const outputs = inputs === 0 ? 0 : weight.length / inputs;
  const y = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let output = 0; output < outputs; output++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += values[row * inputs + i] * weight[output * inputs + i];
      y[row * outputs + output] = sum / divisor(row, output);
    }
  }
  return {shape: [...x.shape.slice(0, -1), outputs], data: y};
}
