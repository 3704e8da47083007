/** `paretoscope eval`: what quantization does to a model's predictions. Reads model folders and text files. */
import {readFile} from "node:fs/promises";
import {type Backend, referenceBackend} from "../lib/engine/backend.js";
import {wasmBackend} from "../lib/engine/wasm/wasm-backend.js";
import {
  corpusCalibration,
  corpusSeeds,
  EVAL_SEEDS,
  type EvalSeed,
  ownTextCalibration,
  ownTextSeeds,
} from "../lib/evaluate/eval-texts.js";
import {evaluateModel} from "../lib/evaluate/evaluate.js";
import {EVALUATION_COLUMNS, evaluationRows} from "../lib/evaluate/evaluation-rows.js";
import type {ModelFolder} from "../lib/io/model-folder.js";
import {readJson} from "../lib/io/model-folder.js";
import {openFolder} from "../lib/io/node-file.js";
import {parseTokenizer, TOKENIZER_LIMITS} from "../lib/io/tokenizer/tokenizer.js";
import {tasks} from "../lib/tasks/registry.js";
import {vocabulary} from "../lib/tasks/vocabulary.js";
import {type EvalModel, MODEL_OPTIONS, openEvalModel} from "./eval-model.js";
import {tableWriter} from "./output.js";
import {progressLine} from "./progress.js";
import {type Call, integers, notOneOf, type OptionSpecs, readCall, text, UsageError} from "./usage.js";

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
  ...MODEL_OPTIONS,
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
  const plan = planOf(call);
  const backend = backendOf(call);
  const folder = await openFolder(path);
  const line = progressLine();
  try {
    const opened = await openEvalModel(folder, call);
    const {seeds, calibration} = await drawTexts(plan, opened, folder);
    const model = await opened.prepare({calibration, backend});
    const baseline = await opened.baseline({calibration, backend});
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
    seeds: integers("eval", call, "seeds") ?? EVAL_SEEDS,
    documents: count(call, "documents") ?? 16,
    samples: count(call, "samples") ?? 16,
    context: count(call, "context"),
    calibration: count(call, "calibration") ?? 16,
  };
}

async function drawTexts(
  {measuresTexts, tasks: named, text: file, seeds, documents, samples, calibration, ...plan}: Plan,
  {maxPositions, vocabSize}: EvalModel,
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
    seeds: drawn.map((seed, i) => ({...seed, texts: own[i].texts})),
    calibration: ownTextCalibration(ids, calibration, context),
  };
}

async function encodeFile(file: string, folder: ModelFolder): Promise<number[]> {
  const json = await readJson(folder, "tokenizer.json", {reader: "eval", limits: TOKENIZER_LIMITS});
  if (json === undefined) throw new UsageError("eval: --text needs a tokenizer.json in the model folder");
  return parseTokenizer(json).encode(await readFile(file, "utf8"), {special: false});
}

function backendOf(call: Call): () => Backend | Promise<Backend> {
  const name = text(call, "backend") ?? "wasm";
  if (!Object.hasOwn(BACKENDS, name)) throw notOneOf("eval: --backend", name, Object.keys(BACKENDS));
  return BACKENDS[name];
}

function count(call: Call, name: string): number | undefined {
  const found = integers("eval", call, name);
  if (found !== undefined && found.length !== 1) {
    throw new UsageError(`eval: --${name} must be one integer, got ${text(call, name)}`);
  }
  return found?.[0];
}
