/** Importance matrices as llama.cpp's tool imatrix writes them: in GGUF, and in the older form of its own. */
import type {ByteSource} from "../../io/byte-source.js";
import {FormatError} from "../../io/format-error.js";
import {type GgufTensor, openGguf} from "../../io/gguf/gguf.js";
import {elementCount} from "../../tensor/tensor.js";
import type {ImportanceMatrix} from "./importance.js";

const READER = "readImatrix";
/** Bytes by which kinds of files are told apart. */
const SNIFFED = 4096;

/** Kinds of files that tell importance: two forms of matrices, or a text to find it on. */
export type ImportanceKind = "gguf" | "legacy" | "text";

/** The kind of a file by its first bytes: a text holds no zero, and the older form begins with a count. */
export async function importanceKind(source: ByteSource): Promise<ImportanceKind> {
  const start = await source.read(0, Math.min(SNIFFED, source.size));
  if (new TextDecoder().decode(start.subarray(0, 4)) === "GGUF") return "gguf";
  return start.includes(0) ? "legacy" : "text";
}

/**
 * Reads an importance matrix: mean squares of inputs by the names that GGUF has for tensors.
 * Source: https://github.com/ggml-org/llama.cpp, common/imatrix-loader.cpp and tools/imatrix.
 * @throws FormatError with kind `no-importance`, `bad-count`, `bad-dtype`, `bad-shape`, `bad-value`, `cut-off`, `not-utf8`,
 *   `duplicate-name`, `extra-bytes`, or one of openGguf's.
 */
export async function readImatrix(source: ByteSource): Promise<ImportanceMatrix> {
  return (await importanceKind(source)) === "gguf" ? readGguf(source) : readLegacy(source);
}

const [SUMS, COUNTS] = [".in_sum2", ".counts"];

/** Pairs of tensors: sums of squares [matrices, columns], and how many rows each matrix has met. */
async function readGguf(source: ByteSource): Promise<ImportanceMatrix> {
  const {tensors} = await openGguf(source);
  const found = new Map<string, Float32Array>();
  for (const [name, sums] of tensors) {
    if (!name.endsWith(SUMS)) continue;
    const base = name.slice(0, -SUMS.length);
    const counts = tensors.get(base + COUNTS);
    if (counts === undefined)
      throw problem("bad-shape", `tensor "${base}${COUNTS}"`, "none", "beside its sums");
    found.set(base, means(base, await floats(source, sums), await floats(source, counts)));
  }
  if (found.size > 0) return found;
  const allowed = `an importance matrix, with tensors that end in ${SUMS}`;
  throw problem("no-importance", "GGUF file", `one of ${tensors.size} other tensors`, allowed);
}

async function floats(
  source: ByteSource,
  {name, type, shape, begin, end}: GgufTensor,
): Promise<Float32Array> {
  if (type.name !== "f32") throw problem("bad-dtype", `type of ${name}`, type.name, "f32");
  if (elementCount(shape) === 0) throw problem("bad-shape", `tensor "${name}"`, "no numbers", "some numbers");
  return numbers(await source.read(begin, end - begin));
}

/** Means of the squares of each matrix; a matrix that met nothing counts all its columns alike. */
function means(name: string, sums: Float32Array, counts: Float32Array): Float32Array {
  const columns = sums.length / counts.length;
  if (!Number.isInteger(columns)) {
    const allowed = `a multiple of its ${counts.length} counts`;
    throw problem("bad-shape", `numbers of ${name}`, sums.length, allowed);
  }
  for (const count of counts) requireWeight(`counts of ${name}`, count);
  return sums.map((sum, i) => {
    const count = counts[Math.floor(i / columns)];
    return requireWeight(`importance of ${name}`, count > 0 ? sum / count : 1);
  });
}

/** The least bytes of an entry: a name of one byte, and one number. */
const LEAST_ENTRY = 17;
/** Bytes of a name: far more than any tensor has. */
const MOST_NAME = 4096;

/**
 * A count of entries; of each its name, by how many calls its numbers are multiplied, and the numbers. Then, in younger files, the
 * count of chunks and the name of the text.
 */
async function readLegacy(source: ByteSource): Promise<ImportanceMatrix> {
  const reader = cursor(source);
  const most = Math.floor(source.size / LEAST_ENTRY);
  const entries = await reader.count("number of entries", 1, most);
  const found = new Map<string, Float32Array>();
  for (let i = 0; i < entries; i++) {
    const name = await reader.text(`name of entry ${i}`, 1);
    if (found.has(name))
      throw problem("duplicate-name", `name of entry ${i}`, name, "a name that occurs once");
    const calls = await reader.count(`calls of ${name}`, 0, 2 ** 31 - 1);
    const room = Math.floor(reader.left() / 4) - 1;
    const columns = await reader.count(`numbers of ${name}`, 1, room);
    const values = numbers(await reader.take(`numbers of ${name}`, 4 * columns));
    found.set(
      name,
      values.map((value) => requireWeight(`importance of ${name}`, value / Math.max(1, calls))),
    );
  }
  if (reader.left() > 0) await reader.count("number of chunks", 0, 2 ** 31 - 1);
  if (reader.left() > 0) await reader.text("name of the text", 0);
  if (reader.left() > 0)
    throw problem("extra-bytes", "bytes after the name of the text", reader.left(), "none");
  return found;
}

function cursor(source: ByteSource) {
  let at = 0;
  const left = () => source.size - at;
  async function take(field: string, bytes: number): Promise<Uint8Array> {
    if (bytes > left()) throw problem("cut-off", field, `${left()} bytes`, `${bytes} bytes`, at);
    const found = await source.read(at, bytes);
    at += bytes;
    return found;
  }
  async function count(field: string, least: number, most: number): Promise<number> {
    const offset = at;
    const bytes = await take(field, 4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
    if (value >= least && value <= most) return value;
    const allowed =
      most < least ? `${least} or more, with the bytes for it` : `an integer of ${least} .. ${most}`;
    throw problem("bad-count", field, value, allowed, offset);
  }
  async function text(field: string, least: number): Promise<string> {
    const length = await count(`length of the ${field}`, least, MOST_NAME);
    const offset = at;
    try {
      return new TextDecoder("utf-8", {fatal: true}).decode(await take(field, length));
    } catch (error) {
      if (error instanceof FormatError) throw error;
      throw problem("not-utf8", field, "other bytes", "UTF-8", offset);
    }
  }
  return {left, take, count, text};
}

/** Little-endian float32 numbers, wherever they begin. */
function numbers(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({length: bytes.length / 4}, (_, i) => view.getFloat32(4 * i, true));
}

function requireWeight(field: string, value: number): number {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw problem("bad-value", field, value, "finite and at least 0");
}

function problem(
  kind: string,
  field: string,
  value: unknown,
  allowed: string,
  offset: number | null = null,
): FormatError {
  return new FormatError(READER, {kind, offset, field, value, allowed});
}
