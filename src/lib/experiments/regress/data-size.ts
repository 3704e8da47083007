import {experiment} from "../../experiment/experiment.js";
import {COST_TASKS, type CostTaskId, costTaskParam, typedTask} from "./cost-tasks.js";
import {medianOf} from "./formulas.js";
import {summaryOf} from "./samples.js";
import {scoreColumns, scoresOf, spreadColumns, spreadOf} from "./scores.js";
import {type SweepModel, sweepModels, trainedTexts} from "./sweep-models.js";
import {type Tried, taskTexts, tryTask} from "./tried.js";

/** Sides from which more is given to a model, one at a time. */
export const DATA_AXES = ["training texts", "parameters", "digits", "tasks at once", "samples"] as const;
/** A side from which more is given to a model. */
export type DataAxis = (typeof DATA_AXES)[number];

/** Name of the setting that all others differ from in one thing. */
const BASE = "all";
/** Samples whose median is the prediction, but on the axis of samples. */
const ESTIMATED_FROM = 16;
const COUNTS = [1, 4, ESTIMATED_FROM, 32];
const MOST = COUNTS[COUNTS.length - 1];
/** Texts of the training split whose median stands where every sample says that there is no number. */
const FALLBACK = 100;

/** Axes on which the models of a setting stand, with their place. */
function placesOf({setting, parameters, model}: SweepModel, task: CostTaskId): [DataAxis, number][] {
  const [kind] = setting.split("-");
  const texts: [DataAxis, number] = ["training texts", trainedTexts(setting, task)];
  const size: [DataAxis, number] = ["parameters", parameters];
  const digits: [DataAxis, number] = ["digits", model.numbers.tokenizer.length - 2];
  const tasks: [DataAxis, number] = ["tasks at once", kind === "alone" ? 1 : COST_TASKS.length];
  if (setting === BASE) return [texts, size, digits, tasks];
  if (kind === "part") return [texts];
  if (kind === "width") return [size];
  return [kind === "digits" ? digits : tasks];
}

/** Scores of the median of some samples a text, and how well their spread fits. */
export function medianScores({truth, samples, known}: Tried, count: number) {
  const some = samples.map((each) => each.subarray(0, count));
  const fallback = medianOf(known);
  const predicted = Float64Array.from(some, (each) => summaryOf(each)?.median ?? fallback);
  return {...scoresOf(truth, predicted), ...spreadOf(truth, some)};
}

/** Rows of one model on one number of a task. */
function rowsOf(tried: Tried, model: SweepModel) {
  const {id, name: target, truth} = tried;
  const {setting, seed} = model;
  const places = placesOf(model, id).map(([axis, value]) => ({axis, value, samples: ESTIMATED_FROM}));
  const counts = setting === BASE ? COUNTS : [];
  const all = [...places, ...counts.map((value) => ({axis: "samples" as const, value, samples: value}))];
  const scores = new Map(
    [...new Set(all.map((each) => each.samples))].map((n) => [n, medianScores(tried, n)]),
  );
  return all.flatMap((place) => {
    const found = scores.get(place.samples);
    const head = {task: id, target, model: setting, seed, texts: truth.length};
    return found ? [{...head, ...place, ...found, provenance: "measured" as const}] : [];
  });
}

/** Scores of small models that were given more of one thing at a time, three seeds each. */
export const dataSize = experiment({
  id: "regress/data-size",
  title: "How much data?",
  question:
    "What do more training texts, parameters, digits, tasks and samples change in a prediction of cost?",
  source: "RegressLM, arXiv:2506.21718; regression language models for code, arXiv:2509.26476",
  params: {
    task: costTaskParam,
    texts: {kind: "integer", label: "Texts of the test split", min: 16, max: 400, log: true, default: 32},
  },
  columns: {
    task: {type: "string", label: "Kind of text"},
    target: {type: "string", label: "Number"},
    axis: {type: "string", label: "More of"},
    value: {type: "number", label: "How many", provenance: "row"},
    model: {type: "string", label: "Model"},
    seed: {type: "integer", label: "Seed"},
    texts: {type: "integer", label: "Texts"},
    samples: {type: "integer", label: "Samples a text"},
    ...scoreColumns,
    ...spreadColumns,
  },
  needs: ["regressor/sweep", "times/kernels"],
  sweep: COST_TASKS.map((task) => ({task})),
  async run({task: id, texts}, {data, progress}) {
    const {task} = typedTask(id, data.get("times/kernels"));
    const isWanted = (setting: string) => !setting.startsWith("alone-") || setting === `alone-${id}`;
    const models = await sweepModels(data.get("regressor/sweep"), isWanted);
    const known = taskTexts(task, texts, FALLBACK);
    const rows = [];
    for (const [at, model] of models.entries()) {
      const samples = model.setting === BASE ? MOST : ESTIMATED_FROM;
      const tell = (share: number, what?: string) => progress((at + share) / models.length, what);
      const tried = await tryTask(task, model.model, known, {samples, progress: tell});
      for (const row of tried.flatMap((each) => rowsOf(each, model))) rows.push(row);
    }
    return rows;
  },
});
