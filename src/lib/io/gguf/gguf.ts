import {elementCount} from "../../tensor/tensor.js";
import {type ByteSource, bytesSource} from "../byte-source.js";
import {fileKindOf, wrongKind} from "../sniff.js";
import {BLOCK_TYPE_NAMES, type BlockType, blockType, typeInWords} from "./block-types.js";
import {
  ggufProblem,
  type HeaderReader,
  headerReader,
  type Reading,
  readFrom,
  readWithin,
} from "./header-reader.js";
import {type GgufValue, readCount, readString, readValue} from "./value.js";

/** One tensor of a file as its header describes it. */
export interface GgufTensor {
  readonly name: string;
  readonly type: BlockType;
  /** Rows first, as everywhere here; the file has them the other way round. */
  readonly shape: readonly number[];
  /** First byte in the file, and the byte after the last. */
  readonly begin: number;
  readonly end: number;
}

/** An opened file: the header is read and checked, no tensor is loaded yet. */
export interface Gguf {
  readonly source: ByteSource;
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** Bytes before the metadata: magic, version, two counts. */
const MAGIC_BYTES = 8;
const VERSIONS = [2, 3];
/** Limits of the format: bytes of a key and of a tensor's name, and dimensions. */
export const [MAX_KEY, MAX_NAME, MAX_RANK] = [65_535, 64, 4];
const DEFAULT_ALIGNMENT = 32;
/** The least bytes of an entry: an empty name with a value of one byte; a tensor without dimensions. */
const [LEAST_ENTRY, LEAST_TENSOR] = [13, 24];

/**
 * Opens a GGUF file of version 2 or 3. Everything the header claims is checked against the size of the file before
 * anything is allocated for it: tensors fill the file without gap or overlap, each at a multiple of the alignment.
 * Source: https://github.com/ggml-org/ggml, docs/gguf.md.
 * @throws FormatError with kind `is-…` for another kind of file, `bad-version`, `cut-off`, `header-too-large`,
 *   `bad-count`, `bad-type`, `bad-bool`, `not-utf8`, `too-deep`, `duplicate-name`, `bad-alignment`, `bad-shape`,
 *   `bad-tensor-type`, `bad-offset`, `past-end`, `overlap`, `hole` or `extra-bytes`.
 */
export async function openGguf(source: ByteSource): Promise<Gguf> {
  return {source, ...(await readFrom(source, readHeader(source.size)))};
}

/** As {@link openGguf}, of bytes in memory and at once. */
export function parseGguf(bytes: Uint8Array): Gguf {
  return {source: bytesSource(bytes), ...readWithin(bytes, readHeader(bytes.length))};
}

function* readHeader(fileSize: number): Reading<Omit<Gguf, "source">> {
  const reader = headerReader(fileSize);
  const version = yield* readVersion(fileSize, reader);
  const tensorCount = yield* readCount(reader, "tensor count", LEAST_TENSOR);
  const metadata = yield* readMetadata(reader);
  const alignment = alignmentOf(metadata);
  const infos = yield* readTensorInfos(reader, tensorCount, alignment);
  const dataStart = roundUp(reader.position, alignment);
  const tensors = infos
    .map((info) => placed(info, dataStart, fileSize))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkContiguous(tensors, {dataStart, alignment, headerEnd: reader.position, fileSize});
  return {version, metadata, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor]))};
}

function* readVersion(fileSize: number, reader: HeaderReader): Reading<number> {
  const start = yield {offset: 0, length: Math.min(512, fileSize)};
  const kind = fileKindOf(start, fileSize);
  if (kind !== undefined && kind.id !== "gguf") throw wrongKind("openGguf", "a GGUF file", kind);
  const view = yield* reader.take(MAGIC_BYTES, "magic and version of the GGUF file");
  if (kind === undefined) {
    const value = Array.from(start.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw ggufProblem({kind: "not-gguf", offset: 0, field: "first bytes", value, allowed: '"GGUF"'});
  }
  const version = view.getUint32(4, true);
  if (VERSIONS.includes(version)) return version;
  const value = VERSIONS.includes(view.getUint32(4, false)) ? "big-endian numbers" : version;
  throw ggufProblem({
    kind: "bad-version",
    offset: 4,
    field: "GGUF version",
    value,
    allowed: "2 or 3, little-endian",
  });
}

function* readMetadata(reader: HeaderReader): Reading<ReadonlyMap<string, GgufValue>> {
  const metadata = new Map<string, GgufValue>();
  const count = yield* readCount(reader, "metadata count", LEAST_ENTRY);
  for (let i = 0; i < count; i++) {
    const offset = reader.position;
    const key = yield* readString(reader, `key ${i}`, MAX_KEY);
    if (metadata.has(key)) throw duplicate(offset, `key ${i}`, key);
    metadata.set(key, yield* readValue(reader, `key "${key.slice(0, 80)}"`));
  }
  return metadata;
}

function duplicate(offset: number, field: string, value: string) {
  return ggufProblem({kind: "duplicate-name", offset, field, value, allowed: "a name that occurs once"});
}

/** Bytes that each tensor begins at a multiple of. @throws FormatError with kind `bad-alignment`. */
export function alignmentOf(metadata: ReadonlyMap<string, GgufValue>): number {
  const entry = metadata.get("general.alignment");
  if (entry === undefined) return DEFAULT_ALIGNMENT;
  const {type, value} = entry;
  // A power of two: what the reference reader takes. At most a page of memory many times over.
  if (
    type === "u32" &&
    typeof value === "number" &&
    value >= 1 &&
    value <= 2 ** 20 &&
    Number.isInteger(Math.log2(value))
  ) {
    return value;
  }
  const allowed = "a power of two up to 2^20, of type u32";
  throw ggufProblem({kind: "bad-alignment", offset: null, field: "general.alignment", value, allowed});
}

type Info = Omit<GgufTensor, "begin" | "end"> & {readonly offset: number; readonly at: number};

function* readTensorInfos(reader: HeaderReader, count: number, alignment: number): Reading<Info[]> {
  const infos: Info[] = [];
  const names = new Set<string>();
  for (let i = 0; i < count; i++) {
    const at = reader.position;
    const name = yield* readString(reader, `name of tensor ${i}`, MAX_NAME);
    if (names.has(name)) throw duplicate(at, `name of tensor ${i}`, name);
    names.add(name);
    infos.push(yield* readTensorInfo(reader, name, alignment));
  }
  return infos;
}

function* readTensorInfo(reader: HeaderReader, name: string, alignment: number): Reading<Info> {
  const at = reader.position;
  const bad = (kind: string, offset: number, part: string, value: unknown, allowed: string) =>
    ggufProblem({kind, offset, field: `tensor "${name}": ${part}`, value, allowed});
  const rank = (yield* reader.take(4, `tensor "${name}": dimensions`)).getUint32(0, true);
  if (rank > MAX_RANK) throw bad("bad-shape", at, "dimensions", rank, `at most ${MAX_RANK}`);
  const view = yield* reader.take(8 * rank + 12, `tensor "${name}": shape, type and offset`);
  const dims = Array.from({length: rank}, (_, i) => view.getBigUint64(8 * i, true));
  if (dims.some((size) => size > 2 ** 40)) throw bad("bad-shape", at + 4, "shape", dims, "sizes up to 2^40");
  const shape = dims.map(Number).reverse();
  const id = view.getUint32(8 * rank, true);
  const type = blockType(id);
  if (type === undefined) {
    throw bad(
      "bad-tensor-type",
      at + 4 + 8 * rank,
      "type",
      typeInWords(id),
      `the number of one of ${BLOCK_TYPE_NAMES.join(", ")}`,
    );
  }
  if ((shape.at(-1) ?? 1) % type.elements !== 0) {
    throw bad(
      "bad-shape",
      at + 4,
      "row",
      shape.at(-1) ?? 1,
      `a multiple of the ${type.elements} elements of a block of ${type.name}`,
    );
  }
  const offset = view.getBigUint64(8 * rank + 4, true);
  if (offset % BigInt(alignment) !== 0n) {
    throw bad("bad-offset", at + 8 + 8 * rank, "offset", offset, `a multiple of the alignment, ${alignment}`);
  }
  return {name, type, shape, offset: Number(offset), at};
}

function placed({name, type, shape, offset, at}: Info, dataStart: number, fileSize: number): GgufTensor {
  // A product beyond 2^53 is inexact but still far above any file, so it cannot pass for one that fits.
  const bytes = (elementCount(shape) / type.elements) * type.bytes;
  const end = dataStart + offset + bytes;
  if (end <= fileSize) return {name, type, shape, begin: dataStart + offset, end};
  throw ggufProblem({
    kind: "past-end",
    offset: at,
    field: `tensor "${name}": last byte`,
    value: end,
    allowed: `within the ${fileSize} bytes of the file`,
    cure: "The GGUF file is cut off or damaged: fetch it again",
  });
}

interface Bounds {
  readonly dataStart: number;
  readonly alignment: number;
  readonly headerEnd: number;
  readonly fileSize: number;
}

function checkContiguous(
  sorted: readonly GgufTensor[],
  {dataStart, alignment, headerEnd, fileSize}: Bounds,
): void {
  let end = headerEnd;
  for (const {name, begin, end: next} of sorted) {
    const expected = end === headerEnd ? dataStart : roundUp(end, alignment);
    if (begin !== expected) {
      throw ggufProblem({
        kind: begin < expected ? "overlap" : "hole",
        offset: begin,
        field: `tensor "${name}": offset`,
        value: begin - dataStart,
        allowed: `${expected - dataStart}, where the data before it end`,
      });
    }
    end = next;
  }
  if (fileSize <= roundUp(end, alignment)) return;
  const allowed = `at most ${roundUp(end, alignment)} bytes, where the last tensor of the GGUF file ends`;
  throw ggufProblem({kind: "extra-bytes", offset: end, field: "file size", value: fileSize, allowed});
}

const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;
