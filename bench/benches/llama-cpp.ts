import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {modelFolder} from "../../src/lib/checkpoint/model-folder.js";
import {openTensors} from "../../src/lib/checkpoint/open-tensors.js";
import {readStored} from "../../src/lib/checkpoint/stored-tensor.js";
import {checkpointFile} from "../../src/lib/checkpoint/write/checkpoint-file.js";
import {type GreedyResult, readOn} from "../../src/lib/engine/generate.js";
import {openModel} from "../../src/lib/engine/language-model.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import type {PreparedModel} from "../../src/lib/engine/prepared-model.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {prepareModel} from "../../src/lib/evaluate/prepare-model.js";
import {formatById} from "../../src/lib/formats/registry.js";
import {bytesSource} from "../../src/lib/io/byte-source.js";
import {type ModelFolder, oneFileFolder, readJson} from "../../src/lib/io/model-folder.js";
import {openModelPath} from "../../src/lib/io/node-file.js";
import {parseTokenizer, TOKENIZER_LIMITS} from "../../src/lib/io/tokenizer/tokenizer.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {elementCount} from "../../src/lib/tensor/tensor.js";
import type {Contest, PeerInTurn, Sides} from "../harness/contest.js";
import {ggmlTensors} from "../peers/ggml-file.js";
import {type LlamaModel, openLlama} from "../peers/llama.js";

const MODEL = "src/data/models/decoder-large";
/** Prompts on which the tokens must be the same, their length, and the tokens that are added. */
const [PROMPTS, PROMPT, STEPS] = [16, 96, 32];

/** With blocks llama.cpp rounds activations to 8 bits, so that logits nearer than this may fall otherwise; with floats none may. */
const NEAR = 0.1;
const ROUNDED_ACTIVATIONS: ReadonlySet<string> = new Set(["q8_0", "q4_0", "iq4_nl"]);

/** Formats whose values are held against ggml's. */
const VALUE_FORMATS = [
  "fp32",
  "fp16",
  "bf16",
  "q4_0",
  "q4_1",
  "q5_0",
  "q5_1",
  "q8_0",
  "iq4_nl",
  "ggml_mxfp4",
  "ggml_nvfp4",
];

/** Formats that are written: floats, and blocks of 8 and of 4 bits. */
const FORMATS = ["fp32", "fp16", "q8_0", "q4_0", "iq4_nl"] as const;

/** Formats whose projections stay packed. */
const PACKED = ["q4_0", "q8_0"] as const;

/**
 * decoder-large, written as GGUF by `quantize --write`, and run by llama.cpp and by our engine, which must give the same greedy
 * tokens on all prompts before the clock starts; and its values as ggml's own loader finds them, which must be ours to the bit. The two are
 * apart: the library cannot be in one process twice.
 */
export const llamaCpp: readonly Contest[] = [
  ...FORMATS.map((format) => ({
    name: `gguf-${format.replaceAll("_", "-")}`,
    title: `decoder-large as GGUF, ${format}: ${STEPS} greedy tokens after ${PROMPT}`,
    unit: "ms" as const,
    prepare: () => sides(format),
  })),
  ...PACKED.map((format) => ({
    name: `generate-${format.replaceAll("_", "-")}`,
    title: `decoder-large, ${format} kept packed, activations int8: ${STEPS} greedy tokens after ${PROMPT}`,
    unit: "ms" as const,
    prepare: () => packedSides(format),
  })),
  {
    name: "gguf-values",
    title: "decoder-large as GGUF, q4_0: the values of all tensors",
    unit: "Mvalue/s",
    prepare: valueSides,
  },
];

async function sides(format: string): Promise<Sides> {
  const path = await writtenModel(format);
  const folder = await modelFolder(inMemory(path));
  const model = await openModel(folder, {backend: await wasmBackend()});
  const ours = (ids: readonly number[]) => readOn(model.read(), ids, STEPS).tokens;
  const [first] = prompts();
  const llama = await openLlama(path, PROMPT + STEPS);
  if (llama === null) return {work: 1, ours: () => ours(first), peers: []};
  await requireSameIds(folder, llama);
  for (const ids of prompts())
    requireSame(format, readOn(model.read(), ids, STEPS), await llama.greedy(ids, STEPS));
  return {
    work: 1,
    ours: () => ours(first),
    peers: [{name: "llama.cpp", run: () => llama.greedy(first, STEPS)}],
  };
}

/** Our engine with packed projections, beside itself with unpacked ones and llama.cpp on the file that holds the same blocks. */
async function packedSides(format: string): Promise<Sides> {
  const path = await writtenModel(format);
  const opened = await openModelPath(MODEL);
  const weights = await openDecoderWeights(opened);
  await opened.close();
  const setup = {weights: formatById(format)};
  const packed = await prepareModel(weights, setup, {backend: wasmBackend, packed: "int8"});
  const unpacked = await prepareModel(weights, setup, {backend: wasmBackend});
  const [first] = prompts();
  const write = (model: PreparedModel) => () => model.write([{prompt: first, tokens: STEPS}])[0];
  const llama = await openLlama(path, PROMPT + STEPS);
  const peers: PeerInTurn[] = [{name: "our engine, unpacked to float32", run: write(unpacked)}];
  if (llama !== null) peers.push({name: "llama.cpp", run: () => llama.greedy(first, STEPS)});
  return {work: 1, ours: write(packed), peers};
}

/** @throws Error naming the first prompt whose text llama.cpp's tokenizer cuts otherwise than ours. */
async function requireSameIds(folder: ModelFolder, llama: LlamaModel): Promise<void> {
  const json = await readJson(folder, "tokenizer.json", {reader: "bench", limits: TOKENIZER_LIMITS});
  const tokenizer = parseTokenizer(json!);
  for (const [begin, ...ids] of prompts()) {
    const text = ids.map((id) => tokenizer.decode([id])).join(" ");
    const theirs = llama.tokenize(text).join(" ");
    if (theirs !== ids.join(" "))
      throw new Error(`gguf: ids of ${begin} ${text} must be ${ids.join(" ")}, got ${theirs}`);
  }
}

/** Documents of the test split, cut where most answers are still to come. */
function prompts(): readonly (readonly number[])[] {
  return Array.from({length: PROMPTS}, (_, index) =>
    Array.from(corpusDocument("test", index, {mix: "tasks"}).tokens).slice(0, PROMPT),
  );
}

/** The place of this process's files, which go with it. */
function ownFolder(): string {
  const made = mkdtempSync(join(tmpdir(), "bench-gguf-"));
  process.once("exit", () => rmSync(made, {recursive: true}));
  return made;
}

let folder: string | undefined;

/** A file that is read whole, so that nothing is left open. */
const inMemory = (path: string) => oneFileFolder("decoder-large.gguf", bytesSource(readFileSync(path)));

async function writtenModel(format: string): Promise<string> {
  folder ??= ownFolder();
  const opened = await openModelPath(MODEL);
  const pieces: Uint8Array[] = [];
  for await (const piece of (await checkpointFile(opened, "gguf", {format})).pieces()) pieces.push(piece);
  await opened.close();
  const path = join(folder, `decoder-large-${format}.gguf`);
  writeFileSync(path, Buffer.concat(pieces));
  return path;
}

/** The formats are held against ggml's loader, all of them; the clock runs for one. */
async function valueSides(): Promise<Sides> {
  for (const format of VALUE_FORMATS) await requireValues(await writtenModel(format));
  const path = await writtenModel("q4_0");
  const {tensors} = await openTensors(inMemory(path));
  const elements = [...tensors.values()].reduce((sum, {shape}) => sum + elementCount(shape), 0);
  const ours = async () => {
    for (const tensor of tensors.values()) await readStored("gguf", tensor);
  };
  const theirs = await ggmlTensors(path);
  const run = () => theirs?.forEach((tensor) => void tensor.values());
  return {work: elements, ours, peers: theirs === null ? [] : [{name: "ggml, native", run}]};
}

/** @throws Error naming the first tensor that ggml reads otherwise than we do. */
async function requireValues(path: string): Promise<void> {
  const theirs = await ggmlTensors(path);
  if (theirs === null) return;
  const {tensors} = await openTensors(inMemory(path));
  if (theirs.length !== tensors.size)
    throw new Error(`gguf: ggml must find ${tensors.size} tensors, got ${theirs.length}`);
  for (const tensor of theirs) {
    const {data} = await readStored("gguf", tensors.get(tensor.name)!);
    const values = tensor.values();
    if (values.length === data.length && values.every((value, i) => value === data[i])) continue;
    throw new Error(`gguf: ${tensor.name}, ${tensor.type}, must have the values that ggml gives`);
  }
}

/**
 * @throws Error where the tokens differ and our logits are not as near to each other as the rounding of activations may turn
 *   over: from there on the two go on with other texts.
 */
function requireSame(
  format: string,
  {tokens, logits, promptLogits}: GreedyResult,
  theirs: readonly number[],
): void {
  const at = tokens.findIndex((token, i) => token !== theirs[i]);
  if (at < 0) return;
  const row = at === 0 ? promptLogits.subarray(promptLogits.length - logits[0].length) : logits[at - 1];
  const apart = row[tokens[at]] - row[theirs[at]];
  if (apart <= (ROUNDED_ACTIVATIONS.has(format) ? NEAR : 0)) return;
  throw new Error(
    `gguf-${format}: token ${at} must be that of llama.cpp, ${theirs[at]}, got ${tokens[at]}, ${apart} more likely in logits`,
  );
}
