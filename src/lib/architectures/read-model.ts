import {type JsonObject, parseJsonObject, SIDE_FILE_LIMITS} from "../io/json-file.js";
import type {Json} from "../io/strict-json.js";
import {type ConfigReader, configReader} from "./config-reader.js";
import {mambaLm} from "./families/mamba.js";
import type {Family} from "./family.js";
import {ignoredKeys, refuseMeaning} from "./key-meanings.js";
import type {ModelRecord, Vocabulary} from "./model-record.js";
import {parameterCount} from "./parameters.js";
import type {RecordParts} from "./parts.js";
import {ARCHITECTURES, familyOfArchitecture, familyOfType, MODEL_TYPES} from "./registry.js";

/** Keys under which a model of images or sound and text keeps its text part. */
const TEXT_PARTS = ["text_config", "llm_config", "language_config"] as const;

/** Types of models with further parts, and the type of their text part where it names none. */
const USUAL_TEXTS: ReadonlyMap<string, string> = new Map([
  ["gemma3", "gemma3_text"],
  ["llava", "llama"],
  ["llava_next", "llama"],
  ["mistral3", "mistral"],
  ["paligemma", "gemma"],
]);

/**
 * The model that a config.json describes: the one reader of that file. A type, a kind of layer or a value of a key that is
 * not known is refused, never guessed.
 * Source: https://github.com/huggingface/transformers, configuration files of the types.
 * @param where The public function on whose behalf the file is read; errors carry its name.
 * @throws FormatError with kind `unknown-model-type`, `unknown-architecture`, `bad-value` or `unsupported`, naming the key.
 */
export function modelRecord(config: JsonObject, where = "modelRecord"): ModelRecord {
  const {part, whole} = textPart(config, where);
  return recordOf(part, whole);
}

/**
 * The token that begins a text, of a model of any type, known or not; null where the file names none, or several.
 * @throws FormatError with kind `bad-value` if it is no id.
 */
export function beginTokenIn(config: JsonObject, where = "beginTokenIn"): number | null {
  return beginTokenOf(textPart(config, where).part);
}

interface TextPart {
  readonly part: ConfigReader;
  /** The file around the part; null if it is about text alone. */
  readonly whole: ConfigReader | null;
}

function textPart(config: JsonObject, where: string): TextPart {
  const top = configReader(config, where);
  const usual = USUAL_TEXTS.get(String(top.raw("model_type")));
  const key = TEXT_PARTS.find((name) => config.get(name) instanceof Map) ?? TEXT_PARTS[0];
  const inner = config.get(key) ?? (usual === undefined ? null : new Map<string, Json>());
  if (!(inner instanceof Map)) return {part: top, whole: null};
  const isNamed = inner.has("model_type") || usual === undefined;
  const text: JsonObject = isNamed ? inner : new Map<string, Json>([...inner, ["model_type", usual]]);
  return {part: configReader(text, where, `${key}.`, true), whole: top};
}

/** {@link modelRecord} of the text of a config.json. @throws FormatError also of kinds of the JSON reader. */
export function modelRecordOfText(text: string, where = "modelRecord"): ModelRecord {
  const place = {reader: where, field: "config.json", limits: SIDE_FILE_LIMITS};
  return modelRecord(parseJsonObject(new TextEncoder().encode(text), place), where);
}

/** {@link modelRecord} of an object that JSON.parse, or a script, made. @throws TypeError if it is not JSON's kind of object. */
export function modelRecordOfObject(config: unknown, where = "modelRecord"): ModelRecord {
  if (typeof config === "object" && config !== null && !Array.isArray(config)) {
    return modelRecord(config instanceof Map ? config : objectToMap(config), where);
  }
  throw new TypeError(
    `${where}: config must be an object, got ${Array.isArray(config) ? "a list" : String(config)}`,
  );
}

function objectToMap(object: object): JsonObject {
  return new Map(Object.entries(object).map(([key, value]) => [key, toJson(value)]));
}

function toJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object" && value !== null) return value instanceof Map ? value : objectToMap(value);
  return value as Json;
}

/** @param whole The file around a part about text; null if the file is about text alone. */
function recordOf(c: ConfigReader, whole: ConfigReader | null): ModelRecord {
  const architecture = whole === null ? architectureIn(c) : null;
  const {family, type} = familyOf(c, architecture);
  const parts = family.read(c, type);
  const record = {...assemble(c, parts, {family, type}), architecture};
  const tied = tiedOf(c, whole, parts);
  const full: ModelRecord = {...record, tied, ignored: ignoredKeys(c, whole)};
  refuseMeaning(c);
  requireCountable(c, full);
  return full;
}

function assemble(
  c: ConfigReader,
  parts: RecordParts,
  {family, type}: {readonly family: Family; readonly type: string},
): Omit<ModelRecord, "architecture" | "tied" | "ignored"> {
  const {tied: _, ...own} = parts;
  return {
    family: type,
    vocabulary: parts.vocabulary ?? vocabularyOf(c, family),
    headBias: false,
    embeddingScale: 1,
    embeddingNorm: null,
    embeddingWidth: parts.hidden,
    positionTable: null,
    maxPositions: parts.image ? null : positionsOf(c),
    logitScale: 1,
    logitSoftcap: null,
    beginToken: beginTokenOf(c),
    extraPredictionLayers: 0,
    masked: null,
    image: null,
    bitLinear: null,
    ...own,
  };
}

function vocabularyOf(c: ConfigReader, family: Family): Vocabulary {
  const rows = c.size("vocab_size", family.vocabulary);
  return {rows, tokens: rows};
}

const POSITIONS = ["max_position_embeddings", "n_positions", "context_length"] as const;
const positionsOf = (c: ConfigReader) => (c.has(POSITIONS) ? c.count(POSITIONS) : null);

/** The begin token; none where the file has none, or several. */
function beginTokenOf(c: ConfigReader): number | null {
  const token = c.raw("bos_token_id");
  if (token == null || Array.isArray(token)) return null;
  return c.count("bos_token_id", undefined, 0);
}

/** The tie flag of the part, else of the whole, else what the family means by silence. */
function tiedOf(c: ConfigReader, whole: ConfigReader | null, {tied}: RecordParts): boolean {
  const byDefault = whole?.has("tie_word_embeddings") ? whole.flag("tie_word_embeddings") : tied;
  return c.flag("tie_word_embeddings", byDefault);
}

/** The first of `architectures`; null where the file has none. */
function architectureIn(c: ConfigReader): string | null {
  const list = c.raw("architectures");
  const name = Array.isArray(list) ? list[0] : list;
  if (name == null) return null;
  if (familyOfArchitecture(name) !== undefined) return String(name);
  throw c.problem("unknown-architecture", "architectures", name, `one of ${ARCHITECTURES.join(", ")}`);
}

interface Found {
  readonly family: Family;
  readonly type: string;
}

function familyOf(c: ConfigReader, architecture: string | null): Found {
  const type = c.raw("model_type");
  const byName = familyOfArchitecture(architecture);
  if (type == null && byName !== undefined) return {family: byName, type: typeNamed(byName, architecture)};
  const isAuthors = c.has("d_model") && !c.has("hidden_size");
  if (type == null && isAuthors && c.has("ssm_cfg")) return {family: mambaLm, type: "mamba_ssm"};
  if ((type === "mamba" || type === "mamba2") && isAuthors) return {family: mambaLm, type};
  const byType = familyOfType(type);
  if (byType === undefined) {
    throw c.problem("unknown-model-type", "model_type", type, `one of ${MODEL_TYPES.join(", ")}`);
  }
  if (byName !== undefined && byName !== byType) {
    const allowed = `${byType.architectures.join(" or ")} for model_type ${String(type)}`;
    throw c.problem("unsupported", "architectures", architecture, allowed);
  }
  return {family: byType, type: String(type)};
}

/** The type of a family that an architecture stands for: the lists of both run side by side, as far as they go. */
function typeNamed({types, architectures}: Family, name: string | null): string {
  const last = types[types.length - 1];
  return types[name === null ? -1 : architectures.indexOf(name)] ?? last;
}

/** @throws FormatError if the sizes ask for more parameters than can be counted. */
function requireCountable(c: ConfigReader, record: ModelRecord): void {
  const {total} = parameterCount(record);
  if (Number.isSafeInteger(total)) return;
  throw c.problem(
    "bad-value",
    "hidden_size",
    record.hidden,
    "one of sizes that make fewer than 2^53 parameters",
  );
}
