import {experiment} from "../../experiment/experiment.js";
import {centralInterval, rankedProbabilityScore, type SampleSummary} from "../../regress/estimators.js";
import {mean} from "../../stats/moments.js";
import {COST_TASKS, type CostTaskId, isModelled, typedTask} from "./cost-tasks.js";
import {medianOf} from "./formulas.js";
import {LADDER, type LadderTools} from "./ladder.js";
import {isCovered, LADDER_NEEDS, ladderTools, openRegressor, summaryOf} from "./samples.js";
import {scoresOf} from "./scores.js";
import {type Tried, tryTask} from "./tried.js";

const score = (label: string) => ({type: "number", label, provenance: "measured"}) as const;
const open = (label: string) => ({...score(label), nullable: true}) as const;

const ESTIMATORS = ["median", "mean", "mode"] as const;
/** Samples that estimators are tried with, as parts of all. */
const PARTS = [1, 4, 16, 32];
const LEAST_FOR_QUARTILES = 16;
/** Texts of each task that the model has read. (training/README.md) */
const MODEL_TEXTS: Readonly<Record<CostTaskId, number>> = {
  roofline: 40_000,
  program: 24_000,
  graph: 16_000,
  kernel: 4000,
};

type Summary = SampleSummary | null;

const NO_SAMPLES = {
  estimator: null,
  samples: null,
  covered50: null,
  covered90: null,
  rankedScore: null,
} as const;

/** How well the spread of the samples fits: only of as many samples as quartiles need. */
function calibration({truth}: Tried, samples: readonly Float64Array[], summaries: readonly Summary[]) {
  if (samples[0].length < LEAST_FOR_QUARTILES) return {covered50: null, covered90: null, rankedScore: null};
  const covered = (share: number) =>
    mean(summaries.map((summary, i) => Number(isCovered(summary, share, truth[i]))));
  const errors = samples.map((each, i) =>
    summaries[i] === null ? Math.abs(truth[i]) : rankedProbabilityScore(each, truth[i]),
  );
  return {
    covered50: covered(0.5),
    covered90: covered(0.9),
    rankedScore: mean(errors) / mean(truth.map(Math.abs)),
  };
}

/** Scores of the regression model by estimator and number of samples. */
function modelRows(tried: Tried) {
  const {id, name, truth, samples} = tried;
  const fallback = medianOf(tried.known);
  return PARTS.filter((part) => part <= samples[0].length).flatMap((part) => {
    const some = samples.map((each) => each.subarray(0, part));
    const summaries = some.map(summaryOf);
    const calibrated = calibration(tried, some, summaries);
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
    task: {
      kind: "choice",
      label: "Kind of text",
      help: "A config.json with machine, formats and work; a small program; a graph of operators; a kernel of ours.",
      options: COST_TASKS,
      default: "roofline",
    },
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
    spearman: open("Spearman's rank correlation"),
    spearmanLow: open("Lower end of its 95 % interval over texts"),
    spearmanHigh: open("Upper end of its 95 % interval over texts"),
    kendall: open("Kendall's rank correlation"),
    logError: score("Root mean square error of the decimal logarithm"),
    exact: score("Share of predictions right to four digits"),
    regret: open("Mean excess cost of the chosen of eight texts"),
    covered50: open("Share of true numbers in the middle half of the samples"),
    covered90: open("Share of true numbers in the middle 90 % of the samples"),
    rankedScore: open("Mean ranked probability score over the mean absolute true number"),
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
    const tried = await tryTask(task, model, {
      texts,
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
