import {type Backend, referenceBackend} from "../../engine/backend.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {
  corpusCalibration,
  corpusSeeds,
  EVAL_SEEDS,
  type EvalSeed,
  ownTextCalibration,
  ownTextSeeds,
} from "../../evaluate/eval-texts.js";
import {evaluateModel} from "../../evaluate/evaluate.js";
import {EVALUATION_COLUMNS, evaluationRows} from "../../evaluate/evaluation-rows.js";
import {experiment} from "../../experiment/experiment.js";
import type {ByteSource} from "../../io/byte-source.js";
import type {ModelFolder} from "../../io/model-folder.js";
import {readJson} from "../../io/model-folder.js";
import {parseTokenizer, TOKENIZER_LIMITS} from "../../io/tokenizer/tokenizer.js";
import {tasks} from "../../tasks/registry.js";
import {vocabulary} from "../../tasks/vocabulary.js";
import type {ParamValues} from "../../technique/params.js";
import {watched} from "../shared/watched.js";
import {type EvalModel, integerList, modelParams, openEvalModel} from "./evaluated-model.js";

/** The name of the texts whose perplexity is measured, among the tasks. */
const CORPUS = "corpus";

/** Tokens of a text where neither the setting nor the model says how many. */
const DEFAULT_CONTEXT = 128;

const BACKENDS: Readonly<Record<"wasm" | "reference", () => Backend | Promise<Backend>>> = {
  wasm: wasmBackend,
  reference: () => referenceBackend,
};

const countParam = <const L extends string, const H extends string>(label: L, help: H) =>
  ({kind: "integer", label, help, min: 1, max: 4096, default: 16}) as const;

const params = {
  model: {
    kind: "file",
    label: "Model",
    help: "A folder with config.json and safetensors.",
    holds: "folder",
    accepts: "model folder",
    required: true,
    default: null,
  },
  task: {
    kind: "choices",
    label: "Tasks",
    help: `What to measure: ${CORPUS} is perplexity and its kin.`,
    options: [CORPUS, ...tasks.map(({id}) => id)] as string[],
    default: [CORPUS] as string[],
  },
  text: {
    kind: "file",
    label: "Text",
    help: "Instead of the corpus; the model folder needs its tokenizer.json.",
    holds: "file",
    accepts: "text file",
    default: null,
  },
  ...modelParams,
  seeds: {
    kind: "text",
    label: "Seeds",
    help: "Of the evaluation, between commas.",
    maxLength: 1000,
    default: EVAL_SEEDS.join(","),
  },
  documents: countParam("Documents", "Texts for each seed."),
  samples: countParam("Samples", "Of each task, for each seed."),
  context: {
    kind: "integer",
    label: "Context",
    help: `Tokens read of each text; 0: ${DEFAULT_CONTEXT}, or what the model was made for if that is less.`,
    min: 0,
    max: 1_048_576,
    default: 0,
  },
  calibration: countParam("Calibration", "Texts that a method calibrates on, none of them evaluated."),
  backend: {
    kind: "choice",
    label: "Backend",
    help: "What computes: wasm, or reference, the definition in float64 sums.",
    options: Object.keys(BACKENDS) as (keyof typeof BACKENDS)[],
    default: "wasm",
  },
} as const;

type Setting = ParamValues<typeof params>;

/** A model of one's own, quantized, against itself in float32: perplexity, divergence, answers, with intervals. */
export const evaluate = experiment({
  id: "models/evaluate",
  title: "Evaluate a model of your own",
  question: "What does quantization do to this model's predictions?",
  source: "perplexity, KL divergence and answers as on the pages of working models",
  params,
  columns: EVALUATION_COLUMNS,
  needs: [],
  sweep: [],
  async run(setting, {progress, memory}) {
    const folder = setting.model!;
    const limits = memory === undefined ? {} : {maxBytes: memory};
    const opened = await openEvalModel(folder, setting, limits);
    const {seeds, calibration} = await drawTexts(setting, opened, folder);
    const backend = BACKENDS[setting.backend];
    const work = watched(progress, {from: 0, to: 1, what: "texts"});
    const model = await opened.prepare({calibration, backend});
    const baseline = await opened.baseline({calibration, backend});
    return evaluationRows(await evaluateModel(model, baseline, seeds, work), model);
  },
});

async function drawTexts(
  {task, text, seeds: listed, documents, samples, calibration, ...setting}: Setting,
  {maxPositions, vocabSize}: EvalModel,
  folder: ModelFolder,
): Promise<{seeds: EvalSeed[]; calibration: number[][]}> {
  const seeds = integerList("seeds", listed, 1);
  const named = task.filter((id) => id !== CORPUS);
  const context = setting.context || Math.min(DEFAULT_CONTEXT, maxPositions);
  if ((text === null || named.length > 0) && vocabSize !== vocabulary.length) {
    throw new RangeError(
      `evaluate: the corpus and its tasks need a model of ${vocabulary.length} tokens, got one of ${vocabSize}. A text of your own measures any model.`,
    );
  }
  const measuresCorpus = text === null && task.includes(CORPUS);
  const drawn = corpusSeeds({
    seeds,
    documents: measuresCorpus ? documents : 0,
    context,
    tasks: named,
    samples,
  });
  if (text === null) return {seeds: drawn, calibration: corpusCalibration(calibration, {context})};
  const ids = await encodeText(text, folder);
  const own = ownTextSeeds(ids, {seeds, windows: documents, context});
  return {
    seeds: drawn.map((seed, i) => ({...seed, texts: own[i].texts})),
    calibration: ownTextCalibration(ids, calibration, context),
  };
}

async function encodeText(text: ByteSource, folder: ModelFolder): Promise<number[]> {
  const json = await readJson(folder, "tokenizer.json", {reader: "evaluate", limits: TOKENIZER_LIMITS});
  if (json === undefined) throw new RangeError("evaluate: text needs a tokenizer.json in the model folder");
  const bytes = await text.read(0, text.size);
  return parseTokenizer(json).encode(new TextDecoder().decode(bytes), {special: false});
}
