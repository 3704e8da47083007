/** Claims on models that read a text and say what it costs, judged with the regression model of four tasks. */

import {largest, smallest} from "../../../stats/extent.js";
import type {Interval} from "../../../stats/interval.js";
import {mean} from "../../../stats/moments.js";
import {type LadderTools, predictorOf} from "../../regress/ladder.js";
import {signedLog} from "../../regress/signed-log.js";
import type {Tried} from "../../regress/tried.js";
import type {Claim, Evidence, Verdict} from "../claim.js";
import {intervalsOf, reported} from "../evidence.js";
import {notTried} from "../rules.js";
import {ofModel, overSeeds, overTexts, pairRank, type Quantity, rank} from "./over-seeds.js";

/** Everything that the ledger ran. */
export interface Found {
  /** Every number of the tasks, of the published model. */
  readonly tried: readonly Tried[];
  /** Every number of the tasks, of each seed of a smaller model on the same texts. */
  readonly seeds: readonly Tried[];
  readonly tools: LadderTools;
}

const OURS = "another task than the paper's, so at most its direction can show: ";
const SEEDS =
  " Every number is of the published model and of three seeds of one with a third of its parameters and a quarter of its training.";

const of = ({tried}: Found, name: string): Tried[] => tried.filter((each) => each.name === name);

/** A quantity of one number of a task: of the published model, then over seeds of a smaller one. */
function both(
  found: Found,
  name: string,
  subject: string,
  quantity: Quantity,
  keep?: (text: string) => boolean,
): Evidence[] {
  const seeds = found.seeds.filter((each) => each.name === name);
  return [
    ...of(found, name).map((tried) => ofModel(tried, subject, quantity, keep)),
    ...overSeeds(seeds, subject, quantity, keep),
  ];
}

/** Intervals above a printed bound show its direction; all of them below contradict it. */
function boundVerdict(intervals: readonly Interval[], bound: number): Verdict {
  if (intervals.length === 0) return "open";
  if (intervals.every(({low}) => low > bound)) return "same direction";
  return intervals.every(({high}) => high < bound) ? "differs" : "open";
}

/** Tells whether a program is written with semicolons, not with indents. */
const hasBraces = (text: string): boolean => text.includes(";");

const squaredError = (truth: Float64Array, predicted: Float64Array, at: Int32Array): number =>
  mean(Float64Array.from(at, (i) => (signedLog(truth[i]) - signedLog(predicted[i])) ** 2));

const TABULAR = "ridge on tokens and numbers in order";

/** Squared error of the best tabular predictor over that of the model. */
function errorRatio(found: Found): Evidence[] {
  return of(found, "time_per_token").flatMap((tried) => {
    const tabular = predictorOf(TABULAR, tried, found.tools);
    const other = Float64Array.from(tried.texts, tabular);
    return both(found, "time_per_token", "time a token of a config.json", {
      quantity: "squared error of ridge regression over that of the model",
      unit: "x",
      // The smaller model reads the first of the same texts.
      statistic: (truth, predicted, at) =>
        squaredError(truth, other, at) / squaredError(truth, predicted, at),
    });
  });
}

/** A printed factor: beyond doubt above one is its direction, all of the interval below it contradicts it. */
function factorVerdict(intervals: readonly Interval[], printed: number): Verdict {
  if (intervals.length === 0) return "open";
  if (intervals.every(({low}) => low > 1)) return "same direction";
  return intervals.every(({high}) => high < printed) ? "differs" : "open";
}

const PERCENT_OF_RANGE = "root mean square error";

const CONVOLUTION = "convolution over tokens";

/** Error in per cent of the range of the true numbers. */
const ofRange: Quantity = {
  quantity: PERCENT_OF_RANGE,
  unit: "% of the range",
  statistic(truth, predicted, at) {
    const squares = Float64Array.from(at, (i) => (truth[i] - predicted[i]) ** 2);
    return (100 * Math.sqrt(mean(squares))) / (largest(truth) - smallest(truth));
  },
};

/** Errors of the convolution, which is the paper's own kind of model, and of the regression language model. */
function rangeErrors(found: Found, name: string): Evidence[] {
  const subject = `${name} of graphs of operators`;
  const byConvolution = of(found, name).map((tried) => {
    const predict = predictorOf(CONVOLUTION, tried, found.tools);
    return overTexts(`${subject}, ${CONVOLUTION}`, ofRange, tried.truth, [
      Float64Array.from(tried.texts, predict),
    ]);
  });
  return [...byConvolution, ...both(found, name, `${subject}, regression model`, ofRange)];
}

/** Error up to which an estimate counts as reasonably good, per cent of the range. */
const REASONABLE = 10;

/** Share of numbers that are met exactly, in per cent. */
const exactly: Quantity = {
  quantity: "exactly right",
  unit: "%",
  statistic: (truth, predicted, at) =>
    100 * mean(Float64Array.from(at, (i) => Number(truth[i] === predicted[i]))),
};

/** Claims on costs from texts. */
export const costClaims: readonly Claim<Found>[] = [
  {
    id: "rlm-memory",
    paper: "arXiv:2509.26476",
    place: "table 3",
    statement:
      "A regression language model ranks the peak memory of submitted programs with a Spearman correlation above 0.9.",
    kind: "measured",
    reported: [reported("APPS, Python", rank.quantity, 0.93, "")],
    ours: (found) => both(found, "peak_bytes", "most bytes of small programs", rank),
    judge: (_reported, ours) => boundVerdict(intervalsOf(ours), 0.9),
    why: `${OURS}ours are programs of a toy language of at most a few lines, and a model of 0.4 million parameters trained from nothing; theirs has 300 million, reads the statement of the problem too, and was trained on submissions to it.${SEEDS}`,
  },
  {
    id: "rlm-languages",
    paper: "arXiv:2509.26476",
    place: "abstract",
    statement:
      "One model ranks the memory of programs in many languages with a mean Spearman correlation above 0.5.",
    kind: "measured",
    reported: [reported("CodeNet, mean over languages", rank.quantity, 0.5, "")],
    ours: (found) => [
      ...both(found, "peak_bytes", "small programs with braces", rank, hasBraces),
      ...both(found, "peak_bytes", "small programs with indents", rank, (text) => !hasBraces(text)),
    ],
    judge: (_reported, ours) => boundVerdict(intervalsOf(ours), 0.5),
    why: `${OURS}ours are two ways of writing one toy language, not programs of many real ones.${SEEDS}`,
  },
  {
    id: "rlm-architectures",
    paper: "arXiv:2509.26476",
    place: "table 4",
    statement:
      "It ranks neural architectures of five search spaces with a mean Kendall correlation of 0.46, above graph networks.",
    kind: "open",
    reported: [reported("five spaces, mean", pairRank.quantity, 0.461, "")],
    ours: (found) => both(found, "cycles", "cycles of graphs of operators", pairRank),
    judge: notTried,
    why: "Their target is the accuracy of a trained network, which nothing here computes; cycles of a graph follow from its text, so ours says nothing for or against it.",
  },
  {
    id: "regresslm-rank",
    paper: "arXiv:2506.21718",
    place: "abstract",
    statement:
      "A regression language model ranks a system's performance from its configuration with a correlation of 0.9 on average, up to 0.99.",
    kind: "measured",
    reported: [
      reported("Borg, mean over the fleet", rank.quantity, 0.9, ""),
      reported("Borg, best", rank.quantity, 0.99, ""),
    ],
    ours: (found) => [
      ...both(found, "time_per_token", "time a token of a config.json", rank),
      ...both(found, "memory", "memory of a config.json", rank),
    ],
    judge: (_reported, ours) => boundVerdict(intervalsOf(ours), 0.9),
    why: `${OURS}our true numbers come from a cost model without noise and a text of some twenty keys in a fixed order; theirs are of a cluster's scheduler, from texts of up to a million characters.${SEEDS}`,
  },
  {
    id: "regresslm-error",
    paper: "arXiv:2506.21718",
    place: "abstract",
    statement: "Its mean squared error is 100 times below that of tabular approaches.",
    kind: "measured",
    reported: [reported("Borg", "squared error of tabular approaches over that of the model", 100, "x")],
    ours: errorRatio,
    judge: (_reported, ours) => factorVerdict(intervalsOf(ours), 100),
    why: "A config.json with the same keys in the same order is a table: ridge regression on the logarithms of its numbers fits a cost that is nearly a product of them. Theirs are nested texts of changing length, which no table holds. Errors are of the logarithm here.",
  },
  {
    id: "mlir-cost-model",
    paper: "arXiv:2302.11405",
    place: "abstract",
    statement:
      "Models that read the text of a graph of operators estimate characteristics of hardware reasonably well, with low error bounds.",
    kind: "measured",
    reported: [reported("dataflow graphs in MLIR", PERCENT_OF_RANGE, null, "% of the range")],
    ours: (found) => ["cycles", "registers"].flatMap((name) => rangeErrors(found, name)),
    judge: (_reported, ours) => {
      const intervals = intervalsOf(ours);
      if (intervals.every(({high}) => high < REASONABLE)) return "same direction";
      return intervals.every(({low}) => low > REASONABLE) ? "differs" : "open";
    },
    why: `${OURS}our texts are of two to seven operators, the true numbers a systolic array's and a linear scan's. The convolution reads pieces of the text, and has 6,400 graphs of ours to learn from; theirs reads operators and shapes as one token each (tried on the page that predicts cost from text) of thousands of their compiler's graphs.`,
  },
  {
    id: "surge-limited",
    paper: "arXiv:2502.11167",
    place: "abstract",
    statement: "Language models predict the output of some programs, but are limited as general executors.",
    kind: "measured",
    reported: [reported("eight kinds of programs", "exactly right", null, "%")],
    ours: (found) => both(found, "printed", "printed number of small programs", exactly),
    judge: (_reported, ours) => {
      const intervals = intervalsOf(ours);
      if (intervals.length > 0 && intervals.every(({low, high}) => low > 0 && high < 50))
        return "same direction";
      return intervals.some(({low}) => low > 50) ? "differs" : "open";
    },
    why: `${OURS}ours is a model of 0.4 million parameters and a toy language; it was trained on programs with their printed number, theirs were not trained for it.`,
  },
];
