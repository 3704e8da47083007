/** `paretoscope eval`: what quantization does to a model's predictions. Reads model folders and text files. */
import {readFile} from "node:fs/promises";
import {totalmem} from "node:os";
import type {Format} from "../lib/formats/format.js";
import {formats} from "../lib/formats/registry.js";
import type {ModelFolder} from "../lib/io/model-folder.js";
import {readJson} from "../lib/io/model-folder.js";
import {openFolder} from "../lib/io/node-file.js";
import {parseTokenizer, TOKENIZER_LIMITS} from "../lib/io/tokenizer/tokenizer.js";
import {type Backend, referenceBackend} from "../lib/models/backend.js";
import type {DecoderConfig} from "../lib/models/config.js";
import {
  corpusCalibration,
  corpusSeeds,
  EVAL_SEEDS,
  type EvalSeed,
  ownTextCalibration,
  ownTextSeeds,
} from "../lib/models/eval-texts.js";
import {evaluateModel} from "../lib/models/evaluate.js";
import {EVALUATION_COLUMNS, evaluationRows} from "../lib/models/evaluation-rows.js";
import {openDecoderWeights} from "../lib/models/open-decoder.js";
import {prepareModel, type Setup} from "../lib/models/prepared-model.js";
import {METHOD_NAMES, type Method} from "../lib/models/quantize-decoder.js";
import {wasmBackend} from "../lib/models/wasm-backend.js";
import {tasks} from "../lib/tasks/registry.js";
import {vocabulary} from "../lib/tasks/vocabulary.js";
import {tableWriter} from "./output.js";
import {progressLine} from "./progress.js";
import {type Call, notOneOf, type OptionSpecs, readCall, UsageError} from "./usage.js";

/** Times that the weights lie in memory: as read, rewritten, in two running models; and as much again for all else. */
const COPIES = 8;

/** The name under --task of the texts whose perplexity is measured. */
const CORPUS = "corpus";

const BACKENDS: Readonly<Record<string, () => Backend | Promise<Backend>>> = {
  wasm: wasmBackend,
  reference: () => referenceBackend,
};

/** The options of `paretoscope eval`. */
export const EVAL_OPTIONS = {
  task: {
    value: "TASK,…",
    help: `what to measure: ${CORPUS} (perplexity and its kin) and tasks: ${tasks.map(({id}) => id).join(", ")} (${CORPUS})`,
  },
  text: {
    value: "FILE",
    help: "a text file of your own instead of the corpus; the model folder needs its tokenizer.json",
  },
  weights: {
    value: "FORMAT",
    help: "number format of the layers' projections (float32); paretoscope list names them",
  },
  activations: {value: "FORMAT", help: "number format of the projections' inputs, token by token (float32)"},
  kv: {value: "FORMAT", help: "number format of the cached keys and values, token by token (float32)"},
  method: {value: "METHOD", help: `how the weights are rounded: ${METHOD_NAMES.join(", ")} (rtn)`},
  layers: {value: "N,…", help: "layers whose weights and activations are quantized, from 0 (all)"},
  seeds: {value: "N,…", help: `evaluation seeds (${EVAL_SEEDS.join(",")})`},
  documents: {value: "N", help: "texts for each seed (16)"},
  samples: {value: "N", help: "samples of each task for each seed (16)"},
  context: {
    value: "N",
    help: "tokens read of each text (128, or what the model was made for if that is less)",
  },
  calibration: {value: "N", help: "texts that a method calibrates on, none of them evaluated (16)"},
  backend: {value: "NAME", help: "what computes: wasm, or reference, the definition in float64 sums (wasm)"},
  out: {value: "FILE", help: "write the table as .arrow, .csv or .json instead of text on stdout"},
} as const satisfies OptionSpecs;

/** Runs `paretoscope eval MODEL …`. @throws UsageError for a wrong call; FormatError for a wrong model. */
export async function evalCommand(args: readonly string[]): Promise<void> {
  const call = readCall("eval", args, EVAL_OPTIONS);
  const [path, ...more] = call.positionals;
  if (path === undefined || more.length > 0) {
    throw new UsageError(`eval: MODEL must be one folder, got ${call.positionals.length}`);
  }
  const write = tableWriter("eval", text(call, "out"));
  const setup = setupOf(call);
  const plan = planOf(call);
  const backend = backendOf(call);
  const folder = await openFolder(path);
  const line = progressLine();
  try {
    const weights = await openDecoderWeights(folder, {maxBytes: Math.floor(totalmem() / COPIES)});
    const {seeds, calibration} = await drawTexts(plan, weights.config, folder);
    const model = await prepareModel(weights, setup, {calibration, backend});
    const baseline = await prepareModel(weights, {}, {backend});
    const evaluation = await evaluateModel(model, baseline, seeds, {progress: line.update});
    const metadata = {command: "eval", options: JSON.stringify(Object.fromEntries(call.options))};
    await write({columns: EVALUATION_COLUMNS, rows: evaluationRows(evaluation, model), metadata});
  } finally {
    line.stop();
    await folder.close();
  }
}

/** What is drawn for the evaluation; the context waits for the model. */
interface Plan {
  readonly measuresTexts: boolean;
  readonly tasks: readonly string[];
  readonly text: string | undefined;
  readonly seeds: readonly number[];
  readonly documents: number;
  readonly samples: number;
  readonly context: number | undefined;
  readonly calibration: number;
}

function planOf(call: Call): Plan {
  const file = text(call, "text");
  const named = (text(call, "task") ?? CORPUS).split(",");
  const known = [CORPUS, ...tasks.map(({id}) => id)];
  const wrong = named.find((task) => !known.includes(task));
  if (wrong !== undefined) throw notOneOf("eval: --task", wrong, known);
  return {
    measuresTexts: file !== undefined || named.includes(CORPUS),
    tasks: named.filter((task) => task !== CORPUS),
    text: file,
    seeds: counts(call, "seeds") ?? EVAL_SEEDS,
    documents: count(call, "documents") ?? 16,
    samples: count(call, "samples") ?? 16,
    context: count(call, "context"),
    calibration: count(call, "calibration") ?? 16,
  };
}

async function drawTexts(
  {measuresTexts, tasks: named, text: file, seeds, documents, samples, calibration, ...plan}: Plan,
  {maxPositions, vocabSize}: DecoderConfig,
  folder: ModelFolder,
): Promise<{seeds: EvalSeed[]; calibration: number[][]}> {
  const context = plan.context ?? Math.min(128, maxPositions);
  if ((file === undefined || named.length > 0) && vocabSize !== vocabulary.length) {
    throw new UsageError(
      `eval: the corpus and its tasks need a model of ${vocabulary.length} tokens, got one of ${vocabSize}. --text FILE measures any model.`,
    );
  }
  const drawn = corpusSeeds({
    seeds,
    documents: measuresTexts && file === undefined ? documents : 0,
    context,
    tasks: named,
    samples,
  });
  if (file === undefined) return {seeds: drawn, calibration: corpusCalibration(calibration, {context})};
  const ids = await encodeFile(file, folder);
  const own = ownTextSeeds(ids, {seeds, windows: documents, context});
  return {
    seeds: drawn.map((seed, i) => ({...seed, texts: own[i]!.texts})),
    calibration: ownTextCalibration(ids, calibration, context),
  };
}

async function encodeFile(file: string, folder: ModelFolder): Promise<number[]> {
  const json = await readJson(folder, "tokenizer.json", {reader: "eval", limits: TOKENIZER_LIMITS});
  if (json === undefined) throw new UsageError("eval: --text needs a tokenizer.json in the model folder");
  return parseTokenizer(json).encode(await readFile(file, "utf8"), {special: false});
}

function setupOf(call: Call): Setup {
  const method = text(call, "method") ?? "rtn";
  if (!METHOD_NAMES.some((name) => name === method)) throw notOneOf("eval: --method", method, METHOD_NAMES);
  const weights = format(call, "weights");
  const activations = format(call, "activations");
  const kv = format(call, "kv");
  const layers = counts(call, "layers", 0);
  return {
    method: method as Method,
    ...(weights && {weights}),
    ...(activations && {activations}),
    ...(kv && {kv}),
    ...(layers && {layers: new Set(layers)}),
  };
}

function backendOf(call: Call): () => Backend | Promise<Backend> {
  const name = text(call, "backend") ?? "wasm";
  if (!Object.hasOwn(BACKENDS, name)) throw notOneOf("eval: --backend", name, Object.keys(BACKENDS));
  return BACKENDS[name]!;
}

type OptionName = keyof typeof EVAL_OPTIONS;

function text({options}: Call, name: OptionName): string | undefined {
  return options.get(name) as string | undefined;
}

function format(call: Call, name: "weights" | "activations" | "kv"): Format | undefined {
  const id = text(call, name);
  if (id === undefined || id === "float32") return undefined;
  if (!Object.hasOwn(formats, id)) throw notOneOf(`eval: --${name}`, id, Object.keys(formats));
  return formats[id];
}

function count(call: Call, name: OptionName): number | undefined {
  const found = counts(call, name);
  if (found !== undefined && found.length !== 1) {
    throw new UsageError(`eval: --${name} must be one integer, got ${text(call, name)}`);
  }
  return found?.[0];
}

function counts(call: Call, name: OptionName, least = 1): number[] | undefined {
  const parts = text(call, name)?.split(",");
  const wrong = parts?.find((part) => !/^\d{1,15}$/.test(part) || Number(part) < least);
  if (wrong !== undefined) {
    throw new UsageError(
      `eval: --${name} must be integers of at least ${least}, got ${JSON.stringify(wrong)}`,
    );
  }
  return parts?.map(Number);
}
