/** Differences of two checkpoints, tensor by tensor, in bounded memory. */
import {FormatError} from "../io/format-error.js";
import type {ModelFolder} from "../io/model-folder.js";
import {addErrors, errorOfSums, NO_ERROR_SUMS} from "../tensor/error.js";
import {elementCount} from "../tensor/tensor.js";
import {publishedTensors} from "./gguf/published-tensors.js";
import {openTensors} from "./open-tensors.js";
import type {SafetensorsTensor} from "./safetensors-tensor.js";
import {readStored, type StoredTensor} from "./stored-tensor.js";

/** Finding about one tensor: the values are equal; they differ; there is nothing to compare; they cannot be read. */
export type Finding = "same" | "differs" | "only in A" | "only in B" | "other shape" | "unreadable";

/** One tensor of two checkpoints. What one of them does not have is null, and so is a measure that does not exist. */
export interface TensorDifference {
  readonly tensor: string;
  readonly finding: Finding;
  readonly dtypeA: string | null;
  readonly dtypeB: string | null;
  /** `[4096, 1024]`. */
  readonly shapeA: string | null;
  readonly shapeB: string | null;
  /** Elements whose values differ; a NaN is equal to a NaN. */
  readonly differing: number | null;
  readonly maxAbsError: number | null;
  /** Root of the squared differences over that of the squares of A: 0 for a copy, infinite where only A is zero. */
  readonly relativeError: number | null;
  /** -20 log10 of the relative error: infinite for a copy. */
  readonly sqnrDb: number | null;
  readonly note: string | null;
}

/**
 * The tensors of a checkpoint by the names under which others have them: published ones where a GGUF file's family is known,
 * with the rows of queries and keys in published order, else those of the file.
 * @throws FormatError as openTensors.
 */
export async function comparableTensors(folder: ModelFolder): Promise<ReadonlyMap<string, StoredTensor>> {
  const {tensors, gguf} = await openTensors(folder);
  if (gguf === null) return tensors;
  try {
    return publishedTensors(gguf.metadata, tensors);
  } catch (error) {
    if (error instanceof FormatError && error.kind === "unknown-architecture") return tensors;
    throw error;
  }
}

/** A tensor of A, of B, or of both. */
export interface Pair {
  readonly name: string;
  readonly a: StoredTensor | undefined;
  readonly b: StoredTensor | undefined;
}

/** The tensors of A in order, then those that B has alone. */
export function pairsOf(
  a: ReadonlyMap<string, StoredTensor>,
  b: ReadonlyMap<string, StoredTensor>,
): readonly Pair[] {
  const names = new Set([...a.keys(), ...b.keys()]);
  return Array.from(names, (name) => ({name, a: a.get(name), b: b.get(name)}));
}

/** Compares one tensor; one that cannot be read is a finding of its own. */
export async function compareTensors({name, a, b}: Pair): Promise<TensorDifference> {
  const shape = (tensor: StoredTensor | undefined) =>
    tensor === undefined ? null : `[${tensor.shape.join(", ")}]`;
  const known = {
    tensor: name,
    dtypeA: a?.dtype ?? null,
    dtypeB: b?.dtype ?? null,
    shapeA: shape(a),
    shapeB: shape(b),
  };
  const nothing = {...known, ...NOTHING};
  if (a === undefined) return {...nothing, finding: "only in B"};
  if (b === undefined) return {...nothing, finding: "only in A"};
  if (known.shapeA !== known.shapeB) return {...nothing, finding: "other shape"};
  try {
    return {
      ...known,
      ...(areIntegers(a) && areIntegers(b) ? await compareBytes(a, b) : await compareValues(a, b)),
    };
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof FormatError)) throw error;
    return {...nothing, finding: "unreadable", note: error.message};
  }
}

const NOTHING = {differing: null, maxAbsError: null, relativeError: null, sqnrDb: null, note: null};

const areIntegers = (tensor: StoredTensor): tensor is SafetensorsTensor =>
  tensor.unreadable?.kind === "integers" && "readBytes" in tensor;

/** Bytes and elements that are compared at once. */
const [PIECE_BYTES, PIECE_ELEMENTS] = [2 ** 22, 2 ** 20];

/** Integers are equal as they are stored, or not: a distance between ids says nothing. */
async function compareBytes(a: SafetensorsTensor, b: SafetensorsTensor) {
  const note = "integers: compared as they are stored";
  if (a.dtype !== b.dtype) return {...NOTHING, finding: "differs" as const, note};
  for (let first = 0; first < a.bytes; first += PIECE_BYTES) {
    const count = Math.min(PIECE_BYTES, a.bytes - first);
    const [x, y] = [await a.readBytes(first, count), await b.readBytes(first, count)];
    if (x.some((byte, i) => byte !== y[i])) return {...NOTHING, finding: "differs" as const, note};
  }
  return {...NOTHING, finding: "same" as const, differing: 0, note};
}

async function compareValues(a: StoredTensor, b: StoredTensor) {
  const count = elementCount(a.shape);
  const step = stepOf(a, b);
  const [x, y] = step === null ? [await whole(a), await whole(b)] : [a, b];
  let sums = NO_ERROR_SUMS;
  let differing = 0;
  for (let first = 0; first < count; first += step ?? PIECE_ELEMENTS) {
    const length = Math.min(step ?? PIECE_ELEMENTS, count - first);
    const [p, q] = [await x.readElements(first, length), await y.readElements(first, length)];
    differing += countDiffering(p, q);
    sums = addErrors(sums, p, q);
  }
  const finding = differing === 0 ? ("same" as const) : ("differs" as const);
  const {maxAbsError, relativeMse, sqnrDb} = errorOfSums(sums);
  if (count === 0 || !Number.isNaN(maxAbsError + relativeMse)) {
    return {finding, differing, maxAbsError, relativeError: Math.sqrt(relativeMse), sqnrDb, note: null};
  }
  return {...NOTHING, finding, differing, note: "it holds a NaN or an infinity, so that no error exists"};
}

/** Elements of a piece that both can give; null where one can only be read whole. */
function stepOf({partStep: a}: StoredTensor, {partStep: b}: StoredTensor): number | null {
  if (a === null || b === null) return null;
  const both = leastCommonMultiple(a, b);
  return both * Math.max(1, Math.floor(PIECE_ELEMENTS / both));
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

async function whole(tensor: StoredTensor): Promise<Pick<StoredTensor, "readElements">> {
  const {data} = await readStored("diff", tensor);
  return {readElements: async (first, count) => data.subarray(first, first + count)};
}

function countDiffering(x: Float32Array, y: Float32Array): number {
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    // 0 and -0 are the same number; a NaN differs from all but a NaN.
    if (x[i] !== y[i] && !(Number.isNaN(x[i]) && Number.isNaN(y[i]))) count++;
  }
  return count;
}
