import type {Format} from "../../formats/format.js";
import {elementCount} from "../../tensor/tensor.js";
import {readStored, type StoredTensor} from "../stored-tensor.js";

/** Elements that are read and packed at once where a tensor gives parts: 16 MiB as float32. */
const PIECE_ELEMENTS = 2 ** 22;

/**
 * The bytes of a tensor in a format whose rows stand for themselves, some rows at a time.
 * @param format with one part
 * @param importance of its columns, or of those of each matrix in it, where the format weighs errors
 */
export async function* encodedRows(
  tensor: StoredTensor,
  format: Format,
  importance?: Float32Array,
): AsyncGenerator<Uint8Array, void, void> {
  const {name, shape} = tensor;
  const columns = shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : elementCount(shape) / columns;
  const at = stepOf(tensor, columns);
  // What can only be read whole is read once.
  const source = at === null ? await wholeOf(tensor) : tensor;
  const most = at ?? Math.max(1, Math.floor(PIECE_ELEMENTS / columns));
  // Matrices with an importance of their own are packed apart.
  const matrix = importance && importance.length > columns ? (shape.at(-2) ?? 1) : rows;
  for (let row = 0, count = 0; row < rows; row += count) {
    count = Math.min(most, matrix - (row % matrix));
    const data = await source.readElements(row * columns, count * columns);
    const own = importance && weightsOf(importance, Math.floor(row / matrix), columns);
    const options = own && format.weighsErrors ? {importance: own} : {};
    yield named(name, () => onlyPart(format, format.encode({shape: [count, columns], data}, options).parts));
  }
}

/** Weights of the columns of one matrix. */
const weightsOf = (importance: Float32Array, matrix: number, columns: number): Float32Array =>
  importance.length === columns ? importance : importance.subarray(matrix * columns, (matrix + 1) * columns);

/** Rows of a piece: a multiple of what the tensor gives in parts; null where it gives none. */
function stepOf({partStep}: StoredTensor, columns: number): number | null {
  if (partStep === null) return null;
  // Whole rows are whole parts wherever a row is; a part of several rows is a head of queries or keys.
  const least = Math.max(1, partStep / columns);
  return Math.max(1, Math.floor(PIECE_ELEMENTS / columns / least)) * least;
}

async function wholeOf(tensor: StoredTensor): Promise<Pick<StoredTensor, "readElements">> {
  const {data} = await readStored("quantize", tensor);
  return {readElements: async (first, count) => data.subarray(first, first + count)};
}

function onlyPart({id}: Format, parts: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const [part, ...more] = Object.values(parts);
  if (part !== undefined && more.length === 0) return part;
  throw new RangeError(`encodedRows: format must have one part, got ${id} with ${1 + more.length}`);
}

/** Result of `work`; a refusal of a format names the tensor. @throws RangeError. */
export function named<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${name}: ${error.message}`);
  }
}

/** Bytes that are copied at once. */
const COPIED_BYTES = 2 ** 22;

/** Bytes as they are stored. */
export async function* copiedBytes(
  byteLength: number,
  read: (first: number, count: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  for (let first = 0; first < byteLength; first += COPIED_BYTES) {
    yield await read(first, Math.min(COPIED_BYTES, byteLength - first));
  }
}
