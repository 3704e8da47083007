import {experiment} from "../../experiment/experiment.js";
import {sortedQuantile} from "../../stats/quantile.js";
import {labelledText} from "../../tasks/cost-task.js";
import {COST_TASKS, costTaskParam, typedTask} from "./cost-tasks.js";
import type {KnownText} from "./formulas.js";
import {type LadderTask, type LadderTools, predictorOf} from "./ladder.js";
import {ladderTools, openRegressor, TREES_NEEDS} from "./samples.js";
import {scoresOf} from "./scores.js";
import {knownTexts} from "./tried.js";

/** Predictors that learn from as many texts as they are given. */
const LEARNERS = [
  "ridge on tokens and numbers in order",
  "five nearest texts",
  "boosted trees on hand features",
];
/** Numbers of texts that they learn from; forests were fitted to these. */
const SIZES = [50, 200, 800, 1600];
/** Runs of texts of the training split that share none. */
const SEEDS = [0, 1, 2];
/** The first number of a task. */
const TARGET = 0;

const score = (label: string) => ({type: "number", label, provenance: "measured"}) as const;

/** Scores of each learner on some texts, after learning from one run. */
function scoresOfRun(task: LadderTask, tools: LadderTools, test: readonly KnownText[]) {
  const truth = Float64Array.from(test, ({value}) => value);
  return LEARNERS.map((id) => {
    const predict = predictorOf(id, task, tools);
    return {
      id,
      ...scoresOf(
        truth,
        Float64Array.from(test, ({text}) => predict(text)),
      ),
    };
  });
}

type RunScores = ReturnType<typeof scoresOfRun>[number];

/** Median, least and most over the runs. */
function overRuns(scores: readonly RunScores[], pick: (scores: RunScores) => number | null) {
  const sorted = Float64Array.from(scores, (each) => pick(each) ?? 0).sort();
  return {median: sortedQuantile(sorted, 0.5), low: sorted[0], high: sorted[sorted.length - 1]};
}

/** One row a learner of what it does after as many texts. */
function rowsOf(learned: number, runs: readonly (readonly RunScores[])[]) {
  return LEARNERS.map((predictor, at) => {
    const scores = runs.map((run) => run[at]);
    const rank = overRuns(scores, ({spearman}) => spearman);
    const error = overRuns(scores, ({logError}) => logError);
    return {
      ...{predictor, learned, runs: runs.length, provenance: "measured" as const},
      ...{spearman: rank.median, spearmanLow: rank.low, spearmanHigh: rank.high},
      ...{logError: error.median, logErrorLow: error.low, logErrorHigh: error.high},
      kendall: overRuns(scores, ({kendall}) => kendall).median,
      regret: scores[0].regret === null ? null : overRuns(scores, ({regret}) => regret).median,
    };
  });
}

/** Learning curves of the predictors that learn in seconds. */
export const ladderSize = experiment({
  id: "regress/ladder-size",
  title: "Simple predictors by texts of training",
  question: "How many texts with their true cost do simple predictors need?",
  source: "RegressLM, arXiv:2506.21718: transfer from 500 examples",
  params: {
    task: costTaskParam,
    texts: {kind: "integer", label: "Texts of the test split", min: 16, max: 400, log: true, default: 96},
  },
  columns: {
    task: {type: "string", label: "Kind of text"},
    target: {type: "string", label: "Number"},
    predictor: {type: "string", label: "Predictor"},
    learned: {type: "integer", label: "Texts that it learned from"},
    runs: {type: "integer", label: "Runs of training, no text in two"},
    texts: {type: "integer", label: "Texts of the test split"},
    spearman: score("Spearman's rank correlation, median of the runs"),
    spearmanLow: score("Least of the runs"),
    spearmanHigh: score("Most of the runs"),
    kendall: score("Kendall's rank correlation, median of the runs"),
    logError: score("Root mean square error of the decimal logarithm, median of the runs"),
    logErrorLow: score("Least error of the runs"),
    logErrorHigh: score("Most error of the runs"),
    regret: {...score("Mean excess cost of the chosen of eight texts, median of the runs"), nullable: true},
  },
  needs: TREES_NEEDS,
  sweep: COST_TASKS.map((task) => ({task})),
  async run({task: id, texts: count}, {data, progress}) {
    const {task} = typedTask(id, data.get("times/kernels"));
    const tools = ladderTools(data, await openRegressor(data.get("regressor/small")));
    const test = knownTexts(
      Array.from({length: count}, (_, i) => labelledText(task, "test", i)),
      TARGET,
    );
    const most = SIZES[SIZES.length - 1];
    const found = SIZES.map((): RunScores[][] => []);
    for (const seed of SEEDS) {
      const run = Array.from({length: most}, (_, i) => labelledText(task, "train", seed * most + i));
      for (const [at, drawn] of SIZES.entries()) {
        const own = {id, target: TARGET, known: knownTexts(run.slice(0, drawn), TARGET), drawn, seed};
        found[at].push(scoresOfRun(own, tools, test));
        await progress((seed + drawn / most) / SEEDS.length, "size by size");
      }
    }
    const common = {task: id, target: task.targets[TARGET].name, texts: test.length};
    return SIZES.flatMap((size, at) => rowsOf(size, found[at]).map((row) => ({...common, ...row})));
  },
});
