/** Writes the ONNX files that the contests need: a product with a constant matrix, of floats or of four bits, in protobuf. */

import {
  type Encoded,
  fields,
  integer,
  joined,
  message,
  raw,
  text,
} from "../../src/lib/compiled/onnx/protobuf.js";

const FLOAT = 1;
const UINT8 = 2;
const INT_ATTRIBUTE = 2;

/** ValueInfoProto: a float32 matrix. */
function matrixInfo(field: number, name: string, shape: readonly number[]): Encoded {
  const dims = shape.map((dim) => message(1, integer(1, dim)));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...dims))));
}

/** TensorProto: a constant. */
function constant(name: string, type: number, shape: readonly number[], bytes: Uint8Array): Encoded {
  const dims = shape.map((dim) => integer(1, dim));
  return message(5, ...dims, integer(2, type), text(8, name), raw(9, bytes));
}

/** AttributeProto: an integer. */
const attribute = (name: string, value: number): Encoded =>
  message(5, text(1, name), integer(3, value), integer(20, INT_ATTRIBUTE));

const bytesOf = (data: Float32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** y [rows, out] = x [rows, inputs] W^T for W [out, inputs], all float32, as an ONNX model (IR 8, opset 17). */
export function productModel(w: Float32Array, rows: number, inputs: number, out: number): Uint8Array {
  const node = message(1, text(1, "x"), text(1, "w"), text(2, "y"), text(4, "Gemm"), attribute("transB", 1));
  const weights = constant("w", FLOAT, [out, inputs], bytesOf(w));
  return model([node, weights], rows, inputs, out);
}

function model(parts: readonly Encoded[], rows: number, inputs: number, out: number): Uint8Array {
  const [node, ...constants] = parts;
  const ends = [matrixInfo(11, "x", [rows, inputs]), matrixInfo(12, "y", [rows, out])];
  const graph = message(7, node, text(2, "product"), ...constants, ...ends);
  const operators = [message(8, integer(2, 17)), message(8, text(1, "com.microsoft"), integer(2, 1))];
  return joined(fields(integer(1, 8), graph, ...operators));
}

/** A matrix [out, inputs] of 4-bit codes about 8, the first of two in the low nibble, in groups along the rows. */
export interface FourBitMatrix {
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  readonly groupSize: number;
}

/**
 * The same product with weights of four bits: onnxruntime's own operator MatMulNBits.
 * @param accuracyLevel 1 for sums of floats, 4 for activations that are rounded to 8 bits
 */
export function fourBitModel(
  {codes, scales, groupSize}: FourBitMatrix,
  accuracyLevel: 1 | 4,
  rows: number,
  inputs: number,
  out: number,
): Uint8Array {
  const settings = {K: inputs, N: out, bits: 4, block_size: groupSize, accuracy_level: accuracyLevel};
  const node = message(
    1,
    ...["x", "w", "scales"].map((name) => text(1, name)),
    ...[text(2, "y"), text(4, "MatMulNBits"), text(7, "com.microsoft")],
    ...Object.entries(settings).map(([name, value]) => attribute(name, value)),
  );
  const blocks = inputs / groupSize;
  const parts = [
    node,
    constant("w", UINT8, [out, blocks, groupSize / 2], codes),
    constant("scales", FLOAT, [out * blocks], bytesOf(scales)),
  ];
  return model(parts, rows, inputs, out);
}
