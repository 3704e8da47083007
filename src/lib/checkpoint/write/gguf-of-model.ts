import {modelRecord} from "../../architectures/read-model.js";
import {ggufFile} from "../../io/gguf/gguf-writer.js";
import {type JsonObject, SIDE_FILE_LIMITS} from "../../io/json-file.js";
import {type ModelFolder, readJson} from "../../io/model-folder.js";
import {TOKENIZER_LIMITS} from "../../io/tokenizer/assemble.js";
import {ggufName, ROPE_FACTORS} from "../gguf/names.js";
import {importanceOf} from "../importance/importance.js";
import type {StoredTensor} from "../stored-tensor.js";
import type {FormatChoices} from "./choices.js";
import {typeKeys} from "./gguf-of-gguf.js";
import {inGgufOrder} from "./gguf-row-order.js";
import {encodedTensor, type GgufOutput} from "./gguf-tensors.js";
import {type Entries, flag, type GgufModel, ggufModel, text, u32} from "./model-metadata.js";
import {tokenizerEntries} from "./tokenizer-metadata.js";
import type {CheckpointFile, Encoding} from "./written.js";

/**
 * A GGUF file of a model of the Llama family in safetensors, with the names, keys, tokenizer and order of rows that llama.cpp
 * reads.
 * @param tensors of the folder by their published names
 * @throws RangeError naming what GGUF has no place for; FormatError for a config.json or tokenizer.json that is wrong.
 */
export async function ggufOfModel(
  folder: ModelFolder,
  tensors: ReadonlyMap<string, StoredTensor>,
  choices: FormatChoices,
  encoding: Encoding,
): Promise<CheckpointFile> {
  const config = await readJson(folder, "config.json", {reader: "quantize", limits: SIDE_FILE_LIMITS});
  if (config === undefined) {
    throw new RangeError("quantize: PATH must hold a config.json to be written as GGUF, got none");
  }
  const record = modelRecord(config, "quantize");
  const model = ggufModel(record);
  const {outputs, left} = outputsOf(tensors, model, choices, encoding);
  const tokenizer = await tokenizerOf(folder, record.vocabulary.rows);
  const metadata = new Map([
    ["general.architecture", text(model.architecture)] as const,
    ["general.type", text("model")] as const,
    ...typeKeys(outputs, choices, encoding.importance),
    ...model.entries,
    ...tokenizer.entries,
    ...specialTokens(config),
    ...(await chatEntries(folder, tokenizer.begins)),
  ]);
  const streamed = outputs.map((output) => output.streamed);
  return {
    tensors: outputs.map(({written}) => written),
    notes: [...tokenizer.notes, ...left.map((name) => `${name} is left out: llama.cpp has no place for it`)],
    pieces: () => ggufFile(metadata, streamed),
  };
}

/** Tensors of older checkpoints that every reader makes itself. */
const MADE_BY_READERS = /rotary_emb\.inv_freq$/;

function outputsOf(
  tensors: ReadonlyMap<string, StoredTensor>,
  model: GgufModel,
  choices: FormatChoices,
  {importance, faster}: Encoding,
) {
  const outputs: GgufOutput[] = [];
  const left: string[] = [];
  for (const tensor of tensors.values()) {
    const name = ggufName(tensor.name);
    const format = choices.get(tensor.name) ?? null;
    if (name !== undefined)
      outputs.push(
        encodedTensor(name, ordered(name, tensor, model), format, {
          faster,
          importance: importanceOf(importance, tensor),
        }),
      );
    else if (!MADE_BY_READERS.test(tensor.name)) left.push(tensor.name);
  }
  const {ropeDivisors} = model;
  if (ropeDivisors !== null)
    outputs.push(encodedTensor(ROPE_FACTORS, vector(ROPE_FACTORS, ropeDivisors), null, {faster}));
  return {outputs, left};
}

function ordered(name: string, tensor: StoredTensor, {isPermuted, heads, kvHeads}: GgufModel): StoredTensor {
  const [, part] = /^blk\.\d+\.attn_([qk])\.(?:weight|bias)$/.exec(name) ?? [];
  return part === undefined || !isPermuted ? tensor : inGgufOrder(tensor, part === "q" ? heads : kvHeads);
}

function vector(name: string, data: Float32Array): StoredTensor {
  const readElements = async (first: number, count: number) => data.subarray(first, first + count);
  return {
    name,
    shape: [data.length],
    dtype: "F32",
    bytes: data.byteLength,
    partStep: 1,
    unreadable: null,
    readElements,
  };
}

async function tokenizerOf(folder: ModelFolder, vocabulary: number) {
  const json = await readJson(folder, "tokenizer.json", {reader: "quantize", limits: TOKENIZER_LIMITS});
  if (json === undefined) {
    const note = "no tokenizer.json beside the tensors: llama.cpp takes ids of tokens alone";
    return {entries: [["tokenizer.ggml.model", text("none")]] satisfies Entries, notes: [note], begins: null};
  }
  const source = await folder.open("tokenizer.json");
  const whole = new TextDecoder().decode(await source!.read(0, source!.size));
  const {entries, note} = tokenizerEntries(json, whole, vocabulary);
  return {entries, notes: note === null ? [] : [note], begins: putsTokenBefore(json)};
}

/** Whether a tokenizer puts a special token before a text; null where it has no step that could. */
function putsTokenBefore(json: JsonObject): boolean | null {
  const step = json.get("post_processor");
  if (!(step instanceof Map)) return null;
  const steps = step.get("type") === "Sequence" ? step.get("processors") : [step];
  const template = (Array.isArray(steps) ? steps : []).find(
    (each) => each instanceof Map && each.get("type") === "TemplateProcessing",
  );
  const single = template instanceof Map ? template.get("single") : undefined;
  const [first] = Array.isArray(single) ? single : [];
  return first instanceof Map ? first.has("SpecialToken") : null;
}

/** Ids of special tokens that the config names; of several the first. */
function specialTokens(config: JsonObject): Entries {
  const keys = {bos: "bos", eos: "eos", pad: "padding"};
  return Object.entries(keys).flatMap(([name, key]) => {
    const value = config.get(`${name}_token_id`);
    const id = Array.isArray(value) ? value[0] : value;
    return typeof id === "number" && id >= 0 ? [[`tokenizer.ggml.${key}_token_id`, u32(id)] as const] : [];
  });
}

/** Whether a begin token is put before a text, and the template of chats. */
async function chatEntries(folder: ModelFolder, putsBegin: boolean | null): Promise<Entries> {
  const json = await readJson(folder, "tokenizer_config.json", {
    reader: "quantize",
    limits: TOKENIZER_LIMITS,
  });
  const [begins, template] = [json?.get("add_bos_token") ?? putsBegin, json?.get("chat_template")];
  return [
    ...(typeof begins === "boolean" ? ([["tokenizer.ggml.add_bos_token", flag(begins)]] as const) : []),
    ...(typeof template === "string" ? ([["tokenizer.chat_template", text(template)]] as const) : []),
  ];
}
