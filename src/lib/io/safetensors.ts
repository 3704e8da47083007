import {elementCount, type Tensor} from "../tensor/tensor.js";
import type {ByteSource} from "./byte-source.js";
import {DTYPES, type Dtype, dtypeBits, floatDecoder, integerDecoder, isDtype} from "./dtypes.js";
import {FormatError, type FormatProblem} from "./format-error.js";
import {type JsonObject, parseJsonObject} from "./json-file.js";
import {fileKindOf, wrongKind} from "./sniff.js";
import type {Json} from "./strict-json.js";

/** One tensor of a file as its header describes it. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** First byte in the file, and the byte after the last. */
  readonly begin: number;
  readonly end: number;
}

/** An opened file: the header is read and checked, no tensor is loaded yet. */
export interface Safetensors {
  readonly source: ByteSource;
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The free text under `__metadata__`; empty if there is none. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes before the header: its length as an unsigned 64-bit little-endian integer. */
const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 100_000_000;
const MAX_RANK = 64;
const BRACE = 0x7b;
/** A longer header is looked at before it is read. */
const FIRST_BYTES = 2 ** 16;
const HEADER_LIMITS = {maxDepth: 3, maxValues: 4_000_000, maxString: MAX_HEADER_BYTES};
/** Bytes read to tell another kind of file by, where the header is none. */
const SNIFFED_BYTES = 512;
const CUT_OFF = "The file is cut off or damaged: fetch it again";

/**
 * Opens a safetensors file. Everything the header claims is checked against the size of the file before
 * anything is allocated for it; then a tensor costs only its own bytes, when it is asked for.
 * Rules: https://github.com/huggingface/safetensors (README, "Format").
 * @throws FormatError with kind `is-…` for another kind of file, `too-short`, `header-too-large`, `header-past-end`,
 *   `not-utf8`, `json-syntax`, `duplicate-name`, `too-deep`, `too-many-values`, `string-too-long`, `not-an-object`, `bad-metadata`,
 *   `bad-dtype`, `bad-shape`, `bad-offsets`, `past-end`, `size-mismatch`, `overlap`, `hole` or `extra-bytes`.
 */
export async function openSafetensors(source: ByteSource): Promise<Safetensors> {
  const headerBytes = await readHeaderLength(source);
  const first = await source.read(LENGTH_BYTES, Math.min(headerBytes, FIRST_BYTES));
  // The format wants "{" as the very first byte, so that a header cannot hide behind white space.
  if (first[0] !== BRACE) await refuseOtherKind(source);
  const bytes = first.length === headerBytes ? first : await source.read(LENGTH_BYTES, headerBytes);
  const header = parseHeader(bytes);
  const dataStart = LENGTH_BYTES + headerBytes;
  const metadata = parseMetadata(header.get("__metadata__"));
  const tensors = Array.from(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => parseEntry(name, entry, dataStart, source.size))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkContiguous(tensors, dataStart, source.size);
  return {source, metadata, tensors: new Map(tensors.map((info) => [info.name, info]))};
}

/**
 * Reads one tensor as float32: F64 is rounded, F32, F16, BF16, F8_E4M3, F8_E5M2 and F8_E8M0 are exact
 * (float32 subnormals included).
 * @throws RangeError if the file has no such tensor, TypeError if its dtype is not one of those.
 */
export async function readTensor(file: Safetensors, name: string): Promise<Tensor> {
  const info = tensorInfo("readTensor", file, name);
  const decode = floatDecoder(info.dtype);
  if (decode === undefined)
    throw wrongDtype("readTensor", info, "a floating-point dtype", "readIntegers or readBytes");
  return {shape: info.shape, data: decode(await readBytes(file, name))};
}

/**
 * Reads a tensor of I64 … U8 or BOOL as numbers, row-major.
 * @throws RangeError if the file has no such tensor, or for a value beyond 2^53; TypeError if its dtype is no integer.
 */
export async function readIntegers(file: Safetensors, name: string): Promise<Float64Array> {
  const info = tensorInfo("readIntegers", file, name);
  const decode = integerDecoder(info.dtype);
  if (decode === undefined)
    throw wrongDtype("readIntegers", info, "an integer dtype", "readTensor or readBytes");
  const values = decode(await readBytes(file, name));
  return Float64Array.from({length: values.length}, (_, i) => {
    const value = Number(values[i]);
    if (Number.isSafeInteger(value)) return value;
    throw new RangeError(`readIntegers: ${name}[${i}] must be within ±(2^53 - 1), got ${values[i]}`);
  });
}

/** Reads the stored bytes of a tensor as they are. @throws RangeError if the file has no such tensor. */
export function readBytes(file: Safetensors, name: string): Promise<Uint8Array> {
  const {begin, end} = tensorInfo("readBytes", file, name);
  return file.source.read(begin, end - begin);
}

function tensorInfo(reader: string, {tensors}: Safetensors, name: string): TensorInfo {
  const info = tensors.get(name);
  if (info !== undefined) return info;
  const some = Array.from(tensors.keys()).slice(0, 5).join(", ");
  throw new RangeError(
    `${reader}: name must be one of the file's ${tensors.size} tensors (${some}${tensors.size > 5 ? ", …" : ""}), got ${name}`,
  );
}

function wrongDtype(reader: string, {name, dtype}: TensorInfo, allowed: string, cure: string): TypeError {
  return new TypeError(`${reader}: ${name} must have ${allowed}, got ${dtype}. Read it with ${cure}.`);
}

function problem(problem: FormatProblem): FormatError {
  return new FormatError("openSafetensors", problem);
}

/** @throws FormatError with kind `is-…` if the first bytes are those of another kind of file. */
async function refuseOtherKind({size, read}: ByteSource): Promise<void> {
  const kind = fileKindOf(await read(0, Math.min(SNIFFED_BYTES, size)), size);
  if (kind !== undefined) throw wrongKind("openSafetensors", "a safetensors file", kind);
}

async function readHeaderLength(source: ByteSource): Promise<number> {
  const {size, read} = source;
  if (size < LENGTH_BYTES) {
    await refuseOtherKind(source);
    throw problem({
      kind: "too-short",
      offset: 0,
      field: "file size",
      value: size,
      allowed: "at least 8 bytes",
    });
  }
  const bytes = await read(0, LENGTH_BYTES);
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > size - LENGTH_BYTES) await refuseOtherKind(source);
  if (length > MAX_HEADER_BYTES) {
    const allowed = `at most ${MAX_HEADER_BYTES} bytes`;
    throw problem({kind: "header-too-large", offset: 0, field: "header length", value: length, allowed});
  }
  if (length > size - LENGTH_BYTES) {
    const allowed = `at most the ${size - LENGTH_BYTES} bytes that follow`;
    const field = "header length";
    throw problem({kind: "header-past-end", offset: 0, field, value: length, allowed, cure: CUT_OFF});
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array): JsonObject {
  if (bytes[0] !== BRACE) {
    throw problem({
      kind: "not-an-object",
      offset: LENGTH_BYTES,
      field: "header",
      value: bytes.length === 0 ? "nothing" : `byte ${bytes[0]}`,
      allowed: 'a JSON object that starts with "{"',
    });
  }
  const place = {reader: "openSafetensors", field: "header", offset: LENGTH_BYTES, limits: HEADER_LIMITS};
  return parseJsonObject(bytes, place);
}

function parseMetadata(entry: Json | undefined): ReadonlyMap<string, string> {
  if (entry === undefined) return new Map();
  const bad = (field: string, value: unknown, allowed: string) =>
    problem({kind: "bad-metadata", offset: LENGTH_BYTES, field, value, allowed});
  if (!(entry instanceof Map)) throw bad("__metadata__", entry, "an object");
  for (const [name, value] of entry) {
    if (typeof value !== "string") throw bad(`__metadata__ "${name}"`, value, "a string");
  }
  return entry;
}

function parseEntry(name: string, entry: Json, dataStart: number, fileSize: number): TensorInfo {
  const bad = (kind: string, part: string, value: unknown, allowed: string, cure?: string) => {
    const field = `tensor "${name.slice(0, 80)}": ${part}`;
    return problem({kind, offset: LENGTH_BYTES, field, value, allowed, ...(cure !== undefined && {cure})});
  };
  if (!(entry instanceof Map)) throw bad("not-an-object", "entry", entry, "an object");
  const {dtype, shape, data_offsets: offsets} = Object.fromEntries(entry);
  if (typeof dtype !== "string" || !isDtype(dtype)) {
    throw bad("bad-dtype", "dtype", dtype, `one of ${DTYPES.join(", ")}`);
  }
  if (!isCounts(shape) || shape.length > MAX_RANK) {
    throw bad("bad-shape", "shape", shape, `at most ${MAX_RANK} integers from 0 to 2^53 - 1`);
  }
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw bad("bad-offsets", "data_offsets", offsets, "two integers, 0 <= begin <= end");
  }
  const [begin, end] = offsets;
  const available = fileSize - dataStart;
  if (end > available)
    throw bad("past-end", "data_offsets", offsets, `within the ${available} bytes of data`, CUT_OFF);
  const bits = elementCount(shape) * dtypeBits(dtype);
  // A product beyond 2^53 is inexact but still far above any file, so it cannot pass for a match.
  if (bits !== (end - begin) * 8) {
    throw bad(
      "size-mismatch",
      "data_offsets",
      `${end - begin} bytes`,
      `${bits / 8} bytes for ${dtype} [${shape.join(", ")}]`,
    );
  }
  return {name, dtype, shape, begin: dataStart + begin, end: dataStart + end};
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function checkContiguous(sorted: readonly TensorInfo[], dataStart: number, fileSize: number): void {
  let position = dataStart;
  for (const {name, begin, end} of sorted) {
    if (begin !== position) {
      throw problem({
        kind: begin < position ? "overlap" : "hole",
        offset: begin,
        field: `tensor "${name.slice(0, 80)}": first byte`,
        value: begin - dataStart,
        allowed: `${position - dataStart}, where the data before it end`,
      });
    }
    position = end;
  }
  if (position !== fileSize) {
    throw problem({
      kind: "extra-bytes",
      offset: position,
      field: "file size",
      value: fileSize,
      allowed: `${position} bytes, where the last tensor ends`,
    });
  }
}
