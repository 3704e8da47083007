/** Writes the one ONNX file that the contests need: a product with a constant matrix, in protobuf by hand. */

const VARINT = 0;
const BYTES = 2;
const FLOAT = 1;
const INT_ATTRIBUTE = 2;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

const integer = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...varint(field * 8 + VARINT), ...varint(value)]);

function message(field: number, ...parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Uint8Array.from([...varint(field * 8 + BYTES), ...varint(length)]), ...parts]);
}

const text = (field: number, value: string): Uint8Array => message(field, Buffer.from(value));

/** ValueInfoProto: a float32 matrix. */
function matrixInfo(field: number, name: string, shape: readonly number[]): Uint8Array {
  const dims = shape.map((dim) => message(1, integer(1, dim)));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...dims))));
}

/** y [rows, out] = x [rows, inputs] W^T for W [out, inputs], all float32, as an ONNX model (IR 8, opset 17). */
export function productModel(w: Float32Array, rows: number, inputs: number, out: number): Uint8Array {
  const weights = new Uint8Array(w.buffer, w.byteOffset, w.byteLength);
  const transposed = message(5, text(1, "transB"), integer(3, 1), integer(20, INT_ATTRIBUTE));
  const node = message(1, text(1, "x"), text(1, "w"), text(2, "y"), text(4, "Gemm"), transposed);
  const constant = message(
    5,
    integer(1, out),
    integer(1, inputs),
    integer(2, FLOAT),
    text(8, "w"),
    message(9, weights),
  );
  const ends = [matrixInfo(11, "x", [rows, inputs]), matrixInfo(12, "y", [rows, out])];
  const graph = message(7, node, text(2, "product"), constant, ...ends);
  return Buffer.concat([integer(1, 8), graph, message(8, integer(2, 17))]);
}
