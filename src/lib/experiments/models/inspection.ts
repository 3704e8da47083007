/** Facts about a model: from its config.json or its metadata, and from the headers of its tensors. */
import {kvElements, stateElements} from "../../architectures/cache-elements.js";
import {layerKinds, type PartKind} from "../../architectures/layer-kinds.js";
import type {ModelRecord} from "../../architectures/model-record.js";
import {parameterCount} from "../../architectures/parameters.js";
import {modelRecord} from "../../architectures/read-model.js";
import {openCheckpoint} from "../../checkpoint/open-checkpoint.js";
import {openTensors} from "../../checkpoint/open-tensors.js";
import type {StoredTensor} from "../../checkpoint/stored-tensor.js";
import {unusedTensors} from "../../engine/unused-tensors.js";
import {FormatError} from "../../io/format-error.js";
import {SIDE_FILE_LIMITS} from "../../io/json-file.js";
import {type ModelFolder, readJson} from "../../io/model-folder.js";
import {FORMAT_IDS, formatChoice} from "../accel/format-choice.js";

/** Tensors of one way of storing. */
export interface StoredAs {
  readonly dtype: string;
  readonly tensors: number;
  readonly elements: number;
  readonly bytes: number;
}

/** A part of a file that was not used, and why. */
export interface Ignored {
  readonly what: string;
  readonly reason: string;
}

/** Facts of a model; null where neither a config.json nor metadata say it. */
export interface Inspection {
  readonly family: string | null;
  readonly architecture: string | null;
  readonly layers: {
    readonly count: number;
    readonly mixers: readonly PartKind[];
    readonly networks: readonly PartKind[];
  } | null;
  readonly vocabulary: ModelRecord["vocabulary"] | null;
  readonly tied: boolean | null;
  readonly beginToken: number | null;
  readonly maxPositions: number | null;
  readonly extraPredictionLayers: number;
  readonly parameters: number;
  /** Those that one token passes. */
  readonly activeParameters: number | null;
  /** Tokens of the text whose cache and state are counted, at 16 bits. */
  readonly context: number;
  readonly kvBytes: number | null;
  readonly stateBytes: number | null;
  /** Null where there are no tensors beside the config.json. */
  readonly weights: readonly StoredAs[] | null;
  /** All parameters in each format, scales and all else that it keeps included. */
  readonly formats: readonly {
    readonly format: string;
    readonly bitsPerElement: number;
    readonly bytes: number;
  }[];
  readonly ignored: readonly Ignored[];
}

/**
 * Looks at the config.json of a folder, or the metadata of its file, and at the headers of its tensors.
 * @throws FormatError if one of them is spoilt or not known.
 */
export async function inspectFolder(folder: ModelFolder, context: number): Promise<Inspection> {
  const json = await readJson(folder, "config.json", {reader: "inspect", limits: SIDE_FILE_LIMITS});
  const record = json === undefined ? null : modelRecord(json, "inspect");
  const tensors = await tensorsOf(folder, record !== null);
  const ignored = tensors === null ? [] : await leftover(folder, record);
  return described(record, tensors, {context, ignored});
}

/** The tensors of a folder; null where it holds none and something else is known. */
async function tensorsOf(folder: ModelFolder, isEnough: boolean): Promise<readonly StoredTensor[] | null> {
  try {
    return [...(await openTensors(folder)).tensors.values()];
  } catch (error) {
    const isAbsent = error instanceof FormatError && error.kind === "missing-file";
    if (isAbsent && isEnough && folder.main === undefined) return null;
    throw error;
  }
}

/** Tensors that no part of the model takes, as the engine sees it. */
async function leftover(folder: ModelFolder, record: ModelRecord | null): Promise<readonly Ignored[]> {
  if (record === null)
    return [{what: "layers, cache and state", reason: "no config.json beside the tensors"}];
  const {tensors} = await openCheckpoint(folder);
  const unused = unusedTensors(tensors, record) ?? [];
  return unused.map((name) => ({what: name, reason: "a tensor that no part of the model takes"}));
}

interface Beside {
  readonly context: number;
  readonly ignored: readonly Ignored[];
}

/** Facts of a model that is known by its config.json alone. */
export const inspectRecord = (record: ModelRecord, context: number): Inspection =>
  described(record, null, {context, ignored: []});

function described(
  record: ModelRecord | null,
  tensors: readonly StoredTensor[] | null,
  {context, ignored}: Beside,
): Inspection {
  const weights = tensors === null ? null : storedAs(tensors);
  const inFiles = weights?.reduce((sum, {elements}) => sum + elements, 0) ?? 0;
  const counts = record === null ? null : parameterCount(record);
  const parameters = counts?.total ?? inFiles;
  return {
    family: record?.family ?? null,
    architecture: record?.architecture ?? null,
    layers: record === null ? null : {count: record.layers.length, ...layerKinds(record)},
    vocabulary: record?.vocabulary ?? null,
    tied: record?.tied ?? null,
    beginToken: record?.beginToken ?? null,
    maxPositions: record?.maxPositions ?? null,
    extraPredictionLayers: record?.extraPredictionLayers ?? 0,
    parameters,
    activeParameters: counts?.active ?? null,
    context,
    kvBytes: record === null ? null : 2 * kvElements(record, context),
    stateBytes: record === null ? null : 2 * stateElements(record),
    weights,
    formats: FORMAT_IDS.map((format) => inFormat(format, parameters)),
    ignored: [...ofConfig(record, weights === null ? null : inFiles), ...ignored],
  };
}

function ofConfig(record: ModelRecord | null, inFiles: number | null): readonly Ignored[] {
  if (record === null) return [];
  const {extraPredictionLayers: extra} = record;
  const keys = record.ignored.map(({key, reason}) => ({what: `config.json: ${key}`, reason}));
  const layers =
    extra === 0
      ? []
      : [{what: `extra prediction layers: ${extra}`, reason: "a forward pass leaves them out"}];
  const difference = inFiles === null ? 0 : inFiles - parameterCount(record).total;
  return [...keys, ...layers, ...(difference === 0 ? [] : [differenceOf(record, difference)])];
}

/** Numbers that the files have beyond what the sizes ask for: a head under a tie flag, or no one knows. */
function differenceOf({tied, vocabulary, embeddingWidth}: ModelRecord, difference: number): Ignored {
  if (tied && difference === vocabulary.rows * embeddingWidth) {
    const reason = "the files hold a head of their own, which wins where it differs from the embedding";
    return {what: "config.json: tie_word_embeddings", reason};
  }
  const what = `${Math.abs(difference)} numbers ${difference > 0 ? "more" : "fewer"} in the files`;
  return {what, reason: "than the sizes of the model ask for"};
}

function inFormat(format: string, parameters: number) {
  const {bitsPerElement} = formatChoice(format);
  return {format, bitsPerElement, bytes: Math.ceil((parameters * bitsPerElement) / 8)};
}

/** Tensors by the way they are stored, the largest part first. */
function storedAs(tensors: readonly StoredTensor[]): readonly StoredAs[] {
  const found = new Map<string, StoredAs>();
  for (const {dtype, shape, bytes} of tensors) {
    const before = found.get(dtype) ?? {dtype, tensors: 0, elements: 0, bytes: 0};
    found.set(dtype, {
      dtype,
      tensors: before.tensors + 1,
      elements: before.elements + shape.reduce((a, b) => a * b, 1),
      bytes: before.bytes + bytes,
    });
  }
  return [...found.values()].sort((a, b) => b.bytes - a.bytes);
}
