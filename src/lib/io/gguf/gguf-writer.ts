import {elementCount} from "../../tensor/tensor.js";
import {checkedPieces, type StreamedTensor} from "../streamed.js";
import type {BlockType} from "./block-types.js";
import {alignmentOf, MAX_KEY, MAX_NAME, MAX_RANK} from "./gguf.js";
import type {GgufValue} from "./value.js";
import {byteWriter, writeValue} from "./write-value.js";

/** A tensor on its way into a GGUF file; rows first, as everywhere here. */
export interface StreamedGgufTensor extends StreamedTensor {
  readonly type: BlockType;
}

const VERSION = 3;

/** Bytes of a tensor of that shape and type. @throws RangeError if its rows are no whole number of blocks. */
export function ggufBytes(name: string, shape: readonly number[], type: BlockType): number {
  const columns = shape.at(-1) ?? 1;
  if (columns % type.elements !== 0) {
    throw new RangeError(
      `ggufFile: rows of ${name} must be a multiple of the ${type.elements} elements of a block of ${type.name}, got ${columns}`,
    );
  }
  return (elementCount(shape) / type.elements) * type.bytes;
}

/**
 * The bytes of a GGUF file of version 3, in pieces: first its whole header, then tensor after tensor, each at a multiple of
 * the alignment that the metadata name. The same tensors and metadata give the same bytes.
 * Source: https://github.com/ggml-org/ggml, docs/gguf.md.
 * @throws RangeError for what the format has no room for: a name above 64 bytes or given twice, more than 4 dimensions, a
 *   key above 65535 bytes, arrays in arrays; for rows that are no whole number of blocks, or bytes that do not fill them.
 */
export async function* ggufFile(
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly StreamedGgufTensor[],
): AsyncGenerator<Uint8Array, void, void> {
  const alignment = alignmentOf(metadata);
  yield header(metadata, tensors, alignment);
  for (const tensor of tensors) {
    yield* checkedPieces("ggufFile", tensor);
    yield new Uint8Array(roundUp(tensor.byteLength, alignment) - tensor.byteLength);
  }
}

function header(
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly StreamedGgufTensor[],
  alignment: number,
): Uint8Array {
  const out = byteWriter();
  out.raw(new TextEncoder().encode("GGUF"));
  out.u32(VERSION);
  out.u64(tensors.length);
  out.u64(metadata.size);
  for (const [key, value] of metadata) {
    requireShort("a key", key, MAX_KEY);
    out.string(key);
    writeValue(out, key, value);
  }
  let offset = 0;
  const names = new Set<string>();
  for (const tensor of tensors) {
    requireTensor(tensor, names);
    names.add(tensor.name);
    out.string(tensor.name);
    out.u32(tensor.shape.length);
    for (const size of [...tensor.shape].reverse()) out.u64(size);
    out.u32(tensor.type.id);
    out.u64(offset);
    offset += roundUp(tensor.byteLength, alignment);
  }
  out.pad(alignment);
  return out.bytes();
}

function requireTensor(
  {name, shape, type, byteLength}: StreamedGgufTensor,
  names: ReadonlySet<string>,
): void {
  requireShort("the name of a tensor", name, MAX_NAME);
  if (names.has(name)) throw new RangeError(`ggufFile: names of tensors must be unique, got ${name} again`);
  if (shape.length > MAX_RANK) {
    throw new RangeError(`ggufFile: ${name} must have at most ${MAX_RANK} dimensions, got ${shape.length}`);
  }
  const bytes = ggufBytes(name, shape, type);
  if (bytes !== byteLength)
    throw new RangeError(`ggufFile: ${name} must have ${bytes} bytes as ${type.name}, got ${byteLength}`);
}

function requireShort(what: string, text: string, most: number): void {
  const {length} = new TextEncoder().encode(text);
  if (length > most) {
    throw new RangeError(
      `ggufFile: ${what} must have at most ${most} bytes, got ${length}: ${text.slice(0, 80)}`,
    );
  }
}

const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;
