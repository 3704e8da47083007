import {experiment} from "../../experiment/experiment.js";
import {centralInterval} from "../../regress/estimators.js";
import {COST_TASKS, type CostTaskId, costTaskParam, isModelled, typedTask} from "./cost-tasks.js";
import {medianOf} from "./formulas.js";
import {LADDER, type LadderTools} from "./ladder.js";
import {LADDER_NEEDS, ladderTools, openRegressor, summaryOf} from "./samples.js";
import {scoreColumns, scoresOf, spreadColumns, spreadOf} from "./scores.js";
import {type Tried, taskTexts, tryTask} from "./tried.js";

const ESTIMATORS = ["median", "mean", "mode"] as const;
/** Samples that estimators are tried with, as parts of all. */
const PARTS = [1, 4, 16, 32];
/** Texts of each task that the model has read. (training/README.md) */
const MODEL_TEXTS: Readonly<Record<CostTaskId, number>> = {
  roofline: 40_000,
  program: 24_000,
  graph: 16_000,
  kernel: 4000,
};

const NO_SAMPLES = {
  estimator: null,
  samples: null,
  covered50: null,
  covered90: null,
  rankedScore: null,
} as const;

/** Scores of the regression model by estimator and number of samples. */
function modelRows(tried: Tried) {
  const {id, name, truth, samples} = tried;
  const fallback = medianOf(tried.known);
  return PARTS.filter((part) => part <= samples[0].length).flatMap((part) => {
    const some = samples.map((each) => each.subarray(0, part));
    const summaries = some.map(summaryOf);
    const calibrated = spreadOf(truth, some);
    return ESTIMATORS.map((estimator) => ({
      ...{
        task: id,
        target: name,
        predictor: "regression model",
        learned: MODEL_TEXTS[id],
        texts: truth.length,
        estimator,
        samples: part,
      },
      ...scoresOf(
        truth,
        Float64Array.from(summaries, (summary) => summary?.[estimator] ?? fallback),
      ),
      ...calibrated,
      provenance: "measured" as const,
    }));
  });
}

/** Scores of the predictors of the ladder that there are for a number. */
function ladderRows(tried: Tried, tools: LadderTools) {
  const {id: task, name, texts, truth, known} = tried;
  return LADDER.flatMap(({id, learned, learn}) => {
    const predict = learn(tried, tools);
    if (predict === null) return [];
    return {
      ...{
        task,
        target: name,
        predictor: id,
        texts: truth.length,
        learned: learned ?? known.length,
        ...NO_SAMPLES,
      },
      ...scoresOf(truth, Float64Array.from(texts, predict)),
      provenance: "measured" as const,
    };
  });
}

/** Each text with its true number and the quartiles of its samples. */
function pointsOf({id, name, unit, truth, samples}: Tried) {
  return samples.flatMap((each, i) => {
    const summary = summaryOf(each);
    if (summary === null) return [];
    const [low, high] = centralInterval(summary.sorted, 0.5);
    const provenance = isModelled(id) ? ("modelled" as const) : ("measured" as const);
    return [{target: name, unit, truth: truth[i], median: summary.median, low, high, provenance}];
  });
}

/** Rank correlation, error, coverage and regret of the regression model beside simpler predictors. */
export const predictors = experiment({
  id: "regress/predictors",
  title: "Predicting cost from text",
  question:
    "How well does a model that only reads the text order what things cost, beside simpler predictors?",
  source:
    "regression language models for code, arXiv:2509.26476, tables 3 and 4; RegressLM, arXiv:2506.21718",
  params: {
    task: costTaskParam,
    texts: {kind: "integer", label: "Texts of the test split", min: 16, max: 1000, log: true, default: 96},
    samples: {
      kind: "integer",
      label: "Samples a text",
      min: 1,
      max: 256,
      log: true,
      default: 32,
      advanced: true,
    },
  },
  columns: {
    task: {type: "string", label: "Kind of text"},
    target: {type: "string", label: "Number"},
    predictor: {type: "string", label: "Predictor"},
    estimator: {type: "string", label: "Estimator", nullable: true},
    samples: {type: "integer", label: "Samples a text", nullable: true},
    texts: {type: "integer", label: "Texts"},
    learned: {type: "integer", label: "Texts of the task that it learned from"},
    ...scoreColumns,
    ...spreadColumns,
  },
  tables: {
    points: {
      target: {type: "string", label: "Number"},
      unit: {type: "string", label: "Unit"},
      truth: {type: "number", label: "True number", provenance: "row"},
      median: {type: "number", label: "Median of the samples", provenance: "measured"},
      low: {type: "number", label: "Lower quartile of the samples", provenance: "measured"},
      high: {type: "number", label: "Upper quartile of the samples", provenance: "measured"},
    },
  },
  needs: LADDER_NEEDS,
  sweep: COST_TASKS.map((task) => ({task})),
  async run({task: id, texts, samples}, {data, progress}) {
    const {task} = typedTask(id, data.get("times/kernels"));
    const model = await openRegressor(data.get("regressor/small"));
    const tried = await tryTask(task, model, taskTexts(task, texts), {
      samples,
      progress: (share, what) => progress(0.8 * share, what),
    });
    const tools = {...ladderTools(data, model), convolutions: data.get("regressor/convolutions")};
    return {
      rows: tried.flatMap((each) => [...modelRows(each), ...ladderRows(each, tools)]),
      points: tried.flatMap(pointsOf),
    };
  },
});
