/** Our layout of packed weights in safetensors: docs/packed-safetensors.md. */
import type {Format, Packed} from "../../formats/format.js";
import {formatById} from "../../formats/registry.js";
import {FormatError} from "../../io/format-error.js";
import {type JsonObject, parseJsonObject} from "../../io/json-file.js";
import type {Safetensors} from "../../io/safetensors.js";
import type {Json} from "../../io/strict-json.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {transpose} from "../../tensor/transpose.js";
import {type SafetensorsTensor, safetensorsTensor} from "../safetensors-tensor.js";
import {MOST_ELEMENTS, type StoredTensor} from "../stored-tensor.js";

/** The key of `__metadata__` that holds the layout, and the beginning of those that hold files of the model. */
export const [LAYOUT_KEY, FILE_KEY] = ["paretoscope.packed", "paretoscope.file."];

/** The version that is written; a reader refuses others. */
export const LAYOUT_VERSION = 1;

/** One weight as the layout describes it. */
export interface PackedEntry {
  /** Id of the format that packed it. */
  readonly format: string;
  /** Of the weight, as a reader of the checkpoint sees it. */
  readonly shape: readonly number[];
  /** Roles of its parts in order: the tensor `NAME.ROLE` holds the bytes of each. */
  readonly parts: readonly string[];
  /** The matrix is stored [in, out] and was packed transposed, so that blocks run along the inputs. */
  readonly transposed?: true;
}

const LIMITS = {maxDepth: 6, maxValues: 4_000_000, maxString: 2 ** 16};

/** True for a file in our layout. */
export const isOwnLayout = ({metadata}: Safetensors): boolean => metadata.has(LAYOUT_KEY);

/**
 * The tensors of a file in our layout: packed weights as one tensor each, all others as they are stored.
 * @throws FormatError with kind `bad-version`, `bad-layout`, `unsupported`, `missing-tensor` or `bad-shape`.
 */
export function ownTensors(file: Safetensors): ReadonlyMap<string, StoredTensor> {
  const raw = new Map(Array.from(file.tensors, ([name, info]) => [name, safetensorsTensor(file, info)]));
  const packed = new Map(
    Array.from(entriesOf(file), ([name, entry]) => [name, packedTensor(name, entry, raw)]),
  );
  const parts = new Set([...packed.values()].flatMap(({from}) => from));
  const tensors = new Map<string, StoredTensor>();
  for (const [name, {tensor}] of packed) {
    if (raw.has(name)) throw problem("bad-layout", name, "a tensor of that name too", "packed or not");
    tensors.set(name, tensor);
  }
  for (const [name, tensor] of raw) if (!parts.has(name)) tensors.set(name, tensor);
  return tensors;
}

/** A file of the model that stands in the metadata: config.json, tokenizer.json … */
export const embeddedFile = ({metadata}: Safetensors, name: string): string | undefined =>
  metadata.get(`${FILE_KEY}${name}`);

function entriesOf({metadata}: Safetensors): ReadonlyMap<string, PackedEntry> {
  const bytes = new TextEncoder().encode(metadata.get(LAYOUT_KEY));
  const layout = parseJsonObject(bytes, {reader: "openCheckpoint", field: LAYOUT_KEY, limits: LIMITS});
  const version = layout.get("version");
  if (version !== LAYOUT_VERSION)
    throw problem("bad-version", "version", version ?? "none", String(LAYOUT_VERSION));
  const tensors = layout.get("tensors");
  if (!(tensors instanceof Map)) throw problem("bad-layout", "tensors", tensors ?? "none", "an object");
  return new Map(
    Array.from(tensors as ReadonlyMap<string, Json>, ([name, entry]) => [name, entryOf(name, entry)]),
  );
}

function entryOf(name: string, entry: Json): PackedEntry {
  const bad = (field: string, value: unknown, allowed: string) =>
    problem("bad-layout", `${name}: ${field}`, value ?? "none", allowed);
  if (!(entry instanceof Map)) throw bad("entry", entry, "an object");
  const {format, shape, parts, transposed} = Object.fromEntries(entry as JsonObject);
  if (typeof format !== "string") throw bad("format", format, "a text");
  if (!isCounts(shape)) throw bad("shape", shape, "integers from 0 on");
  if (!isTexts(parts) || parts.length === 0) throw bad("parts", parts, "a list of texts");
  if (transposed !== undefined && (transposed !== true || shape.length !== 2)) {
    throw bad("transposed", transposed, "true, for a matrix");
  }
  return {format, shape, parts, ...(transposed === true && {transposed})};
}

const isTexts = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

const isCounts = (value: Json | undefined): value is readonly number[] =>
  Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && Number(each) >= 0);

function packedTensor(
  name: string,
  entry: PackedEntry,
  raw: ReadonlyMap<string, SafetensorsTensor>,
): {tensor: StoredTensor; from: readonly string[]} {
  const format = knownFormat(name, entry.format);
  const from = entry.parts.map((role) => `${name}.${role}`);
  const stored = from.map((part) => {
    const tensor = raw.get(part);
    if (tensor?.dtype === "U8") return tensor;
    throw problem("missing-tensor", part, tensor?.dtype ?? "none", "a tensor of U8");
  });
  const bytes = stored.reduce((sum, part) => sum + part.bytes, 0);
  requireRoom(name, entry.shape, bytes);
  const readParts = async (): Promise<Packed["parts"]> => {
    const contents = await Promise.all(stored.map((part) => part.readBytes()));
    return Object.fromEntries(entry.parts.map((role, i) => [role, contents[i]]));
  };
  const tensor: StoredTensor = {
    name,
    shape: entry.shape,
    dtype: entry.format,
    bytes,
    partStep: null,
    unreadable: null,
    async readElements(first, count) {
      return decoded(name, format, entry, await readParts()).data.subarray(first, first + count);
    },
    // One that was packed transposed is no matrix of the checkpoint's shape.
    ...(format.levels &&
      entry.shape.length === 2 &&
      !entry.transposed && {
        readLevels: async () => levelsOf(name, format, entry, await readParts()),
      }),
  };
  return {tensor, from};
}

function knownFormat(name: string, id: string): Format {
  try {
    return formatById(id);
  } catch {
    throw problem(
      "unsupported",
      `${name}: format`,
      id,
      "one that this version has: it may be of a later one",
    );
  }
}

/** No format packs more than eight elements into a byte: a shape that claims more costs no memory. */
function requireRoom(name: string, shape: readonly number[], bytes: number): void {
  const elements = elementCount(shape);
  if (elements <= MOST_ELEMENTS && elements <= 8 * bytes) return;
  throw problem("bad-shape", `${name}: shape`, `[${shape.join(", ")}]`, `one that fits its ${bytes} bytes`);
}

function levelsOf(name: string, format: Format, {shape}: PackedEntry, parts: Packed["parts"]) {
  return fitting(name, format, () => format.levels!({format: format.id, parts, shape}));
}

function decoded(
  name: string,
  format: Format,
  {shape, transposed}: PackedEntry,
  parts: Packed["parts"],
): Tensor {
  const [rows, columns] = shape;
  const packed = {format: format.id, parts, shape: transposed ? [columns, rows] : shape};
  const {data} = fitting(name, format, () => format.decode(packed));
  return {shape, data: transposed ? transpose(data, columns, rows) : data};
}

/** What is read of parts. @throws FormatError with kind `bad-shape` where they do not fit the shape. */
function fitting<T>(name: string, {id}: Format, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw problem("bad-shape", name, error.message, `parts of ${id} that fit its shape`);
  }
}

function problem(kind: string, field: string, value: unknown, allowed: string): FormatError {
  return new FormatError("openCheckpoint", {
    kind,
    offset: null,
    field: `${LAYOUT_KEY}: ${field}`,
    value,
    allowed,
  });
}
