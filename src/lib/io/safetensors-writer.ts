import {elementCount} from "../tensor/tensor.js";
import {type Dtype, dtypeBits, isDtype} from "./dtypes.js";
import {checkedPieces, type StreamedTensor} from "./streamed.js";

type ElementArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A tensor to write. `data` holds the stored form: for F16 and BF16 the bit patterns, for F8 and BOOL the bytes. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ElementArray;
  /** The dtype to declare; without it the one of the array type (Float32Array: F32 … Uint8Array: U8). */
  readonly dtype?: Dtype;
}

const NATIVE = new Map<string, Dtype>([
  ["Float64Array", "F64"],
  ["Float32Array", "F32"],
  ["BigInt64Array", "I64"],
  ["BigUint64Array", "U64"],
  ["Int32Array", "I32"],
  ["Uint32Array", "U32"],
  ["Int16Array", "I16"],
  ["Uint16Array", "U16"],
  ["Int8Array", "I8"],
  ["Uint8Array", "U8"],
]);

/**
 * The bytes of a safetensors file. The same tensors and metadata give the same bytes: tensors are laid out by
 * element width, widest first, then by name, so that each starts at a multiple of its width.
 * @throws RangeError for a name given twice or reserved, an unknown dtype, or data that do not fill the shape.
 */
export function writeSafetensors(
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = Array.from(tensors, checked).sort(byWidthThenName);
  const header = encodeHeader(sorted, metadata);
  const dataBytes = sorted.reduce((sum, {byteLength}) => sum + byteLength, 0);
  const file = new Uint8Array(8 + header.length + dataBytes);
  file.set(lengthOf(header));
  file.set(header, 8);
  let position = 8 + header.length;
  for (const {data} of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return file;
}

/** A tensor on its way into a safetensors file. */
export interface StreamedSafetensor extends StreamedTensor {
  readonly dtype: Dtype;
}

/**
 * The bytes of a safetensors file, in pieces: its header, then tensor after tensor, laid out as {@link writeSafetensors} does.
 * @throws RangeError as {@link writeSafetensors}.
 */
export async function* safetensorsFile(
  tensors: Iterable<StreamedSafetensor>,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array, void, void> {
  const sorted = [...tensors].sort(byWidthThenName);
  for (const {name, shape, dtype, byteLength} of sorted) requireFull(name, dtype, shape, byteLength);
  const header = encodeHeader(sorted, metadata);
  yield lengthOf(header);
  yield header;
  for (const tensor of sorted) yield* checkedPieces("safetensorsFile", tensor);
}

function lengthOf(header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  return bytes;
}

/** A tensor as the header describes it. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly byteLength: number;
}

type Checked = Required<TensorToWrite> & Entry;

function checked({name, shape, data, dtype: declared}: TensorToWrite): Checked {
  const dtype = declared ?? NATIVE.get(data.constructor.name);
  if (dtype === undefined || !isDtype(dtype)) {
    throw new RangeError(`writeSafetensors: dtype of ${name} must be one that safetensors has, got ${dtype}`);
  }
  requireFull(name, dtype, shape, data.byteLength);
  return {name, shape, data, dtype, byteLength: data.byteLength};
}

function requireFull(name: string, dtype: Dtype, shape: readonly number[], byteLength: number): void {
  const bytes = (elementCount(shape) * dtypeBits(dtype)) / 8;
  if (byteLength === bytes) return;
  throw new RangeError(
    `writeSafetensors: data of ${name} must be ${bytes} bytes for ${dtype} [${shape.join(", ")}], got ${byteLength}`,
  );
}

function byWidthThenName(a: Entry, b: Entry): number {
  return dtypeBits(b.dtype) - dtypeBits(a.dtype) || (a.name < b.name ? -1 : 1);
}

function encodeHeader(sorted: readonly Entry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const entries: string[] = [];
  if (Object.keys(metadata).length > 0) entries.push(`"__metadata__":${JSON.stringify(metadata)}`);
  const names = new Set(["__metadata__"]);
  let position = 0;
  for (const {name, shape, byteLength, dtype} of sorted) {
    if (names.has(name))
      throw new RangeError(`writeSafetensors: names must be unique and not __metadata__, got ${name} again`);
    names.add(name);
    const data_offsets = [position, position + byteLength];
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({dtype, shape, data_offsets})}`);
    position += byteLength;
  }
  const text = new TextEncoder().encode(`{${entries.join(",")}}`);
  // Spaces up to a multiple of 8: the data then start at an address that every element type can be read from.
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(32);
  padded.set(text);
  return padded;
}
