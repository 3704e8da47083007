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
import {
  EVALUATION_COLUMNS,
  type EvaluationRow,
  evaluationRows,
  noteRow,
} from "../../evaluate/evaluation-rows.js";
import {experiment, type Work} from "../../experiment/experiment.js";
import type {ModelFolder} from "../../io/model-folder.js";
import {tasks} from "../../tasks/registry.js";
import {vocabulary} from "../../tasks/vocabulary.js";
import type {ParamValues} from "../../technique/params.js";
import {watched} from "../shared/watched.js";
import {type EvalModel, integerList, modelParams, openEvalModel} from "./evaluated-model.js";
import {readOwnText} from "./own-text.js";

/** The name of the texts whose perplexity is measured, among the tasks. */
const CORPUS = "corpus";

/** Tokens of a text where neither the setting nor the model says how many. */
const DEFAULT_CONTEXT = 128;

const BACKENDS: Readonly<
  Record<"wasm" | "reference", (work: Pick<Work, "threads">) => Backend | Promise<Backend>>
> = {
  wasm: ({threads}) => wasmBackend({threads: threads()}),
  reference: () => referenceBackend,
};

/** Tasks that RULER has under another name, as controls show them. */
const TASK_NAMES = {
  "needle-single": "single needle",
  "needle-multikey": "needle, many keys",
  "needle-multiquery": "needle, many queries",
  "needle-multivalue": "needle, many values",
  "variable-tracking": "variable tracking",
  "common-words": "common words",
};

const countParam = <const L extends string, const H extends string>(label: L, help: H) =>
  ({kind: "integer", label, help, min: 1, max: 4096, default: 16}) as const;

const params = {
  model: {
    kind: "file",
    label: "Model",
    help: "A folder with config.json and safetensors, or a GGUF file.",
    holds: "folder",
    accepts: "model folder or GGUF file",
    required: true,
    default: null,
  },
  task: {
    kind: "choices",
    label: "Tasks",
    help: `What to measure: ${CORPUS} is perplexity and its kin.`,
    options: [CORPUS, ...tasks.map(({id}) => id)] as string[],
    names: TASK_NAMES,
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
  bos: {
    kind: "choice",
    label: "Begin token",
    help: "Before every window of a text of your own: as tokenizer.json or config.json prescribes, or none.",
    options: ["prescribed", "none"],
    default: "prescribed",
  },
  ...modelParams,
  seeds: {
    kind: "text",
    label: "Seeds",
    help: "Of the evaluation, between commas, each once. They choose documents, or windows of a text of your own.",
    maxLength: 1000,
    default: EVAL_SEEDS.join(","),
  },
  documents: countParam(
    "Documents",
    "Texts for each seed; of a text of your own windows that do not overlap, fewer where it is too short.",
  ),
  samples: countParam("Samples", "Of each task, for each seed."),
  context: {
    kind: "integer",
    label: "Context",
    help: `Tokens read of each text; 0: ${DEFAULT_CONTEXT}, or what the model was made for if that is less.`,
    min: 0,
    // Attention takes the square of it: here one text of a small model is a matter of minutes.
    max: 32_768,
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
  tables: {
    unused: {
      tensor: {type: "string", label: "Tensor of the file that no part of the model takes"},
    },
  },
  needs: [],
  sweep: [],
  async run(setting, {progress, memory, threads}) {
    const folder = setting.model!;
    const limits = memory === undefined ? {} : {maxBytes: memory};
    const opened = await openEvalModel(folder, setting, limits);
    const {seeds, calibration, notes} = await drawTexts(setting, opened, folder);
    const backend = () => BACKENDS[setting.backend]({threads});
    const work = watched(progress, {from: 0, to: 1, what: "texts"});
    const model = await opened.prepare({calibration, backend});
    const baseline = await opened.baseline({calibration, backend});
    return {
      rows: [...notes, ...evaluationRows(await evaluateModel(model, baseline, seeds, work), model)],
      unused: opened.unused.map((tensor) => ({tensor, provenance: "measured" as const})),
    };
  },
});

async function drawTexts(
  {task, text, bos, seeds: listed, documents, samples, calibration, ...setting}: Setting,
  {maxPositions, vocabSize}: EvalModel,
  folder: ModelFolder,
): Promise<{seeds: readonly EvalSeed[]; calibration: number[][]; notes: readonly EvaluationRow[]}> {
  const seeds = differentSeeds(listed);
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
  if (text === null) return {seeds: drawn, calibration: corpusCalibration(calibration, {context}), notes: []};
  const {ids, prefix, beginning} = await readOwnText(text, folder, {bos, vocabSize});
  const own = ownTextSeeds(ids, {seeds, windows: documents, context, prefix});
  const withTexts = drawn.map((seed, i) => ({...seed, texts: own[i]?.texts ?? []}));
  const windows = own.reduce((sum, {texts}) => sum + texts.length, 0);
  return {
    seeds: withTexts.filter(({texts, samples}) => texts.length + samples.length > 0),
    calibration: ownTextCalibration(ids, calibration, {context, prefix}),
    notes: [
      noteRow(`windows of the text, of ${documents * seeds.length} asked for`, windows),
      noteRow(`tokens that begin each window: ${beginning}`, prefix.length),
    ],
  };
}

/** The seeds of a list; the same seed again would count the same texts as new ones. */
function differentSeeds(listed: string): number[] {
  const seeds = integerList("seeds", listed, 1);
  const again = seeds.find((seed, i) => seeds.indexOf(seed) < i);
  if (again === undefined) return seeds;
  throw new RangeError(`evaluate: seeds must be different from each other, got ${again} twice`);
}
