/** Checkpoints in our layout of safetensors: docs/packed-safetensors.md. */
import type {Format} from "../../formats/format.js";
import {formatById} from "../../formats/registry.js";
import {type Dtype, dtypeBits, isDtype} from "../../io/dtypes.js";
import type {ModelFolder} from "../../io/model-folder.js";
import {type StreamedSafetensor, safetensorsFile} from "../../io/safetensors-writer.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {transpose} from "../../tensor/transpose.js";
import {importanceOf} from "../importance/importance.js";
import {inputFirstNames} from "../input-first.js";
import {FILE_KEY, LAYOUT_KEY, LAYOUT_VERSION, type PackedEntry} from "../packed/own-layout.js";
import type {SafetensorsTensor} from "../safetensors-tensor.js";
import {readStored, type StoredTensor} from "../stored-tensor.js";
import type {FormatChoices} from "./choices.js";
import {copiedBytes, encodedRows, named} from "./encode-pieces.js";
import type {CheckpointFile, Encoding, WrittenTensor} from "./written.js";

/** Files of a model that stand in the metadata, so that one file is the whole checkpoint. */
const FILES = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
];

/** Keys of config.json that say how weights were stored, which is no longer so. */
const STORED_AS = ["quantization_config", "compression_config"];

/**
 * One safetensors file with each tensor in its format. Of a format that safetensors has itself the tensor is a plain one.
 * @param folder of the model, as modelFolder gives it
 * @param tensors by the names that the written file has, each with the name that a choice has for it
 */
export async function packedSafetensors(
  folder: ModelFolder,
  tensors: readonly {readonly tensor: StoredTensor; readonly source: string}[],
  choices: FormatChoices,
  {importance, faster}: Encoding,
): Promise<CheckpointFile> {
  const inputFirst = inputFirstNames(tensors.map(({tensor}) => tensor));
  const lengths = partLengths();
  const outputs: Output[] = [];
  for (const {tensor, source} of tensors) {
    const isInputFirst = inputFirst.has(tensor.name);
    const format = choices.get(source);
    const own = importanceOf(importance, tensor, isInputFirst);
    outputs.push(await outputOf(tensor, source, {format, isInputFirst, lengths, faster, importance: own}));
  }
  const entries = outputs.flatMap(({written, entry}) => (entry ? [[written.name, entry] as const] : []));
  const layout = JSON.stringify({version: LAYOUT_VERSION, tensors: Object.fromEntries(entries)});
  const metadata = {format: "pt", [LAYOUT_KEY]: layout, ...(await files(folder))};
  const streamed = outputs.flatMap((output) => output.streamed);
  return {
    tensors: outputs.map(({written}) => written),
    notes: [],
    pieces: () => safetensorsFile(streamed, metadata),
  };
}

interface Output {
  readonly written: WrittenTensor;
  /** Null for a plain tensor. */
  readonly entry: PackedEntry | null;
  readonly streamed: readonly StreamedSafetensor[];
}

/** Formats that safetensors has itself. */
const PLAIN: Readonly<Record<string, Dtype>> = {
  fp32: "F32",
  fp16: "F16",
  bf16: "BF16",
  fp8_e4m3: "F8_E4M3",
  fp8_e5m2: "F8_E5M2",
};

/** Formats of what a GGUF file stores without blocks. */
const GGUF_PLAIN: Readonly<Record<string, string>> = {f32: "fp32", f16: "fp16", bf16: "bf16"};

interface Wanted extends Pick<Encoding, "faster"> {
  readonly format: string | undefined;
  readonly isInputFirst: boolean;
  readonly lengths: (format: Format, shape: readonly number[]) => Readonly<Record<string, number>>;
  readonly importance: Float32Array | undefined;
}

async function outputOf(
  tensor: StoredTensor,
  source: string,
  {format: id, isInputFirst, lengths, faster, importance}: Wanted,
): Promise<Output> {
  const plain = id === undefined ? undefined : PLAIN[id];
  if (id === undefined) return kept(tensor, source, faster);
  if (plain !== undefined) return plainOutput(tensor, source, {dtype: plain, format: id, note: null}, faster);
  const format = faster(formatById(id));
  const shape = isInputFirst ? [...tensor.shape].reverse() : tensor.shape;
  // Where values decide, the tensor is packed once for its lengths and once more to be written: one at a time is held.
  const sizes =
    format.size === "by-values"
      ? lengthsOfParts(await packedParts(tensor, format, {isInputFirst, importance}))
      : lengths(format, shape);
  const parts = Object.keys(sizes);
  const bytes = Object.values(sizes).reduce((sum, each) => sum + each, 0);
  const encode = packedOnce(parts.length, () => packedParts(tensor, format, {isInputFirst, importance}));
  // Rows of blocks stand for themselves: some at a time.
  const isByRows = format.layout === "blocks" && !isInputFirst && shape.length > 1;
  return {
    written: {
      tensor: source,
      name: tensor.name,
      format: id,
      elements: elementCount(shape),
      bytes,
      note: null,
    },
    entry: {format: id, shape: tensor.shape, parts, ...(isInputFirst && {transposed: true as const})},
    streamed: parts.map((role) => ({
      name: `${tensor.name}.${role}`,
      shape: [sizes[role]],
      dtype: "U8",
      byteLength: sizes[role],
      pieces: () => (isByRows ? encodedRows(tensor, format, importance) : partOf(encode, role)),
    })),
  };
}

async function* partOf(encode: () => Promise<Readonly<Record<string, Uint8Array>>>, role: string) {
  yield (await encode())[role];
}

/** The packed parts of a tensor, made when the first is asked for and let go with the last. */
function packedOnce(parts: number, pack: () => Promise<Readonly<Record<string, Uint8Array>>>) {
  let made: Promise<Readonly<Record<string, Uint8Array>>> | undefined;
  let asked = 0;
  return () => {
    made ??= pack();
    const given = made;
    asked = (asked + 1) % parts;
    if (asked === 0) made = undefined;
    return given;
  };
}

async function packedParts(
  tensor: StoredTensor,
  format: Format,
  {isInputFirst, importance}: Pick<Wanted, "isInputFirst" | "importance">,
) {
  const stored = await readStored("quantize", tensor);
  const x = isInputFirst ? transposed(stored) : stored;
  const options = importance && format.weighsErrors ? {importance} : {};
  return named(tensor.name, () => format.encode(x, options).parts);
}

function transposed({shape: [rows, columns], data}: Tensor): Tensor {
  return {shape: [columns, rows], data: transpose(data, rows, columns)};
}

/** Lengths of the parts of a format by the shape alone: those of zeros, made once for each shape. */
function partLengths(): Wanted["lengths"] {
  const known = new Map<string, Readonly<Record<string, number>>>();
  return (format, shape) => {
    const key = `${format.id} ${shape.join()}`;
    const found = known.get(key) ?? lengthsOf(format, shape);
    known.set(key, found);
    return found;
  };
}

function lengthsOf(format: Format, shape: readonly number[]): Readonly<Record<string, number>> {
  const isByRows = format.layout === "blocks" && shape.length > 1;
  const columns = shape.at(-1) ?? 1;
  const rows = isByRows && columns > 0 ? elementCount(shape) / columns : 1;
  const some = isByRows ? [1, columns] : shape;
  const {parts} = format.encode({shape: some, data: new Float32Array(elementCount(some))});
  return lengthsOfParts(parts, rows);
}

const lengthsOfParts = (parts: Readonly<Record<string, Uint8Array>>, rows = 1) =>
  Object.fromEntries(Object.entries(parts).map(([role, part]) => [role, rows * part.byteLength]));

/** A tensor with its bytes as they are, or unpacked where it is no plain tensor of safetensors. */
function kept(tensor: StoredTensor, source: string, faster: Encoding["faster"]): Output {
  const {dtype, bytes} = tensor;
  if (
    "readBytes" in tensor &&
    isDtype(dtype) &&
    bytes * 8 === elementCount(tensor.shape) * dtypeBits(dtype)
  ) {
    const {readBytes} = tensor as SafetensorsTensor;
    return plainTensor(tensor, source, {dtype, format: dtype, note: null}, bytes, () =>
      copiedBytes(bytes, readBytes),
    );
  }
  const own = Object.hasOwn(GGUF_PLAIN, dtype) ? GGUF_PLAIN[dtype] : undefined;
  const note = own === undefined ? `stored as ${dtype}: written as fp32` : null;
  const format = own ?? "fp32";
  return plainOutput(tensor, source, {dtype: PLAIN[format], format, note}, faster);
}

interface Plain {
  readonly dtype: Dtype;
  readonly format: string;
  readonly note: string | null;
}

function plainOutput(tensor: StoredTensor, source: string, plain: Plain, faster: Encoding["faster"]): Output {
  const byteLength = (elementCount(tensor.shape) * dtypeBits(plain.dtype)) / 8;
  return plainTensor(tensor, source, plain, byteLength, () =>
    encodedRows(tensor, faster(formatById(plain.format))),
  );
}

function plainTensor(
  {name, shape}: StoredTensor,
  source: string,
  {dtype, format, note}: Plain,
  byteLength: number,
  pieces: () => AsyncIterable<Uint8Array>,
): Output {
  return {
    written: {tensor: source, name, format, elements: elementCount(shape), bytes: byteLength, note},
    entry: null,
    streamed: [{name, shape, dtype, byteLength, pieces}],
  };
}

/** The small files of a model as entries of the metadata. */
async function files(folder: ModelFolder): Promise<Readonly<Record<string, string>>> {
  const entries = await Promise.all(
    FILES.map(async (name) => {
      const source = await folder.open(name);
      if (source === undefined) return [];
      const text = new TextDecoder().decode(await source.read(0, source.size));
      return [[`${FILE_KEY}${name}`, name === "config.json" ? withoutPacking(text) : text]] as const;
    }),
  );
  return Object.fromEntries(entries.flat());
}

/** A config.json without what it says of weights that are packed; any other as it is. */
function withoutPacking(text: string): string {
  if (!STORED_AS.some((key) => text.includes(`"${key}"`))) return text;
  const config = JSON.parse(text);
  for (const object of [config, config.text_config ?? {}]) for (const key of STORED_AS) delete object[key];
  return JSON.stringify(config, null, 1);
}
