/** Claims on models that read a text and say what it costs, judged with the regression model of four tasks. */

import {bootstrap} from "../../../stats/bootstrap.js";
import type {Interval} from "../../../stats/interval.js";
import {mean} from "../../../stats/moments.js";
import {kendall, spearman} from "../../../stats/rank.js";
import {type LadderTools, predictorOf} from "../../regress/ladder.js";
import {summaryOf} from "../../regress/samples.js";
import {signedLog} from "../../regress/signed-log.js";
import type {Tried} from "../../regress/tried.js";
import type {Claim, Evidence, Verdict} from "../claim.js";
import {intervalsOf, measured, reported} from "../evidence.js";
import {notTried} from "../rules.js";

/** Everything that the ledger ran. */
export interface Found {
  readonly tried: readonly Tried[];
  readonly tools: LadderTools;
}

const METHOD = "95 %, bootstrap over documents";
const RESAMPLES = 400;
const RANK = "Spearman's rank correlation";
const OURS = "another task than the paper's, so at most its direction can show: ";

const of = ({tried}: Found, name: string): Tried[] => tried.filter((each) => each.name === name);

/** Medians of the samples; where no sample is a number, zero. */
const medians = ({samples}: Tried): Float64Array =>
  Float64Array.from(samples, (each) => summaryOf(each)?.median ?? 0);

/** A statistic of the true numbers and predicted ones with its interval over texts. */
function overTexts(
  subject: string,
  quantity: string,
  unit: string,
  truth: Float64Array,
  statistic: (indices: Int32Array) => number,
): Evidence {
  const {value, low, high} = bootstrap(truth.length, statistic, {resamples: RESAMPLES});
  return {...measured(subject, quantity, value, unit), low, high, documents: truth.length, method: METHOD};
}

const picked = (values: Float64Array, indices: Int32Array): Float64Array =>
  Float64Array.from(indices, (i) => values[i]);

function rankEvidence(tried: Tried, subject: string, texts = tried.texts.map(() => true)): Evidence {
  const keep = (values: Float64Array) => values.filter((_, i) => texts[i]);
  const [truth, predicted] = [keep(tried.truth), keep(medians(tried))];
  return overTexts(subject, RANK, "", truth, (at) => spearman(picked(truth, at), picked(predicted, at)));
}

/** Intervals above a printed bound show its direction; all of them below contradict it. */
function boundVerdict(intervals: readonly Interval[], bound: number): Verdict {
  if (intervals.length === 0) return "open";
  if (intervals.every(({low}) => low > bound)) return "same direction";
  return intervals.every(({high}) => high < bound) ? "differs" : "open";
}

/** Programs of one way of writing: with semicolons, or with indents. */
const inSyntax = ({texts}: Tried, hasBraces: boolean): boolean[] =>
  texts.map((text) => text.includes(";") === hasBraces);

const squaredError = (truth: Float64Array, predicted: Float64Array, at: Int32Array): number =>
  mean(Float64Array.from(at, (i) => (signedLog(truth[i]) - signedLog(predicted[i])) ** 2));

const TABULAR = "ridge on tokens and numbers in order";

/** Squared error of the best tabular predictor over that of the model. */
function errorRatio(found: Found): Evidence[] {
  return of(found, "time_per_token").map((tried) => {
    const tabular = predictorOf(TABULAR, tried, found.tools);
    const other = Float64Array.from(tried.texts, tabular);
    const own = medians(tried);
    return overTexts(
      "time a token of a config.json",
      "squared error of ridge regression over that of the model",
      "x",
      tried.truth,
      (at) => squaredError(tried.truth, other, at) / squaredError(tried.truth, own, at),
    );
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

/** Error of predictions of the graphs' numbers in per cent of the range of the true ones. */
function rangeError({name, truth}: Tried, who: string, predicted: Float64Array): Evidence {
  const sorted = truth.toSorted();
  const range = sorted[sorted.length - 1] - sorted[0];
  return overTexts(
    `${name} of graphs of operators, ${who}`,
    PERCENT_OF_RANGE,
    "% of the range",
    truth,
    (at) => {
      const squares = Float64Array.from(at, (i) => (truth[i] - predicted[i]) ** 2);
      return (100 * Math.sqrt(mean(squares))) / range;
    },
  );
}

/** Errors of the convolution, which is the paper's own kind of model, and of the regression language model. */
function rangeErrors(tried: Tried, {tools}: Found): Evidence[] {
  const predict = predictorOf(CONVOLUTION, tried, tools);
  return [
    rangeError(tried, CONVOLUTION, Float64Array.from(tried.texts, predict)),
    rangeError(tried, "regression model", medians(tried)),
  ];
}

/** Error up to which an estimate counts as reasonably good, per cent of the range. */
const REASONABLE = 10;

/** Share of programs whose printed number is met exactly, in per cent. */
function exactShare(tried: Tried): Evidence {
  const predicted = medians(tried);
  return overTexts(
    "printed number of small programs",
    "exactly right",
    "%",
    tried.truth,
    (at) => 100 * mean(Float64Array.from(at, (i) => Number(tried.truth[i] === predicted[i]))),
  );
}

/** Claims on costs from texts. */
export const costClaims: readonly Claim<Found>[] = [
  {
    id: "rlm-memory",
    paper: "arXiv:2509.26476",
    place: "table 3",
    statement:
      "A regression language model ranks the peak memory of submitted programs with a Spearman correlation above 0.9.",
    kind: "measured",
    reported: [reported("APPS, Python", RANK, 0.93, "")],
    ours: (found) =>
      of(found, "peak_bytes").map((tried) => rankEvidence(tried, "most bytes of small programs")),
    judge: (_reported, ours) => boundVerdict(intervalsOf(ours), 0.9),
    why: `${OURS}ours are programs of a toy language of at most a few lines, and a model of 0.4 million parameters trained from nothing; theirs has 300 million, reads the statement of the problem too, and was trained on submissions to it.`,
  },
  {
    id: "rlm-languages",
    paper: "arXiv:2509.26476",
    place: "abstract",
    statement:
      "One model ranks the memory of programs in many languages with a mean Spearman correlation above 0.5.",
    kind: "measured",
    reported: [reported("CodeNet, mean over languages", RANK, 0.5, "")],
    ours: (found) =>
      of(found, "peak_bytes").flatMap((tried) => [
        rankEvidence(tried, "small programs with braces", inSyntax(tried, true)),
        rankEvidence(tried, "small programs with indents", inSyntax(tried, false)),
      ]),
    judge: (_reported, ours) => boundVerdict(intervalsOf(ours), 0.5),
    why: `${OURS}ours are two ways of writing one toy language, not programs of many real ones.`,
  },
  {
    id: "rlm-architectures",
    paper: "arXiv:2509.26476",
    place: "table 4",
    statement:
      "It ranks neural architectures of five search spaces with a mean Kendall correlation of 0.46, above graph networks.",
    kind: "open",
    reported: [reported("five spaces, mean", "Kendall's rank correlation", 0.461, "")],
    ours: (found) =>
      of(found, "cycles").map((tried) => {
        const predicted = medians(tried);
        return overTexts(
          "cycles of graphs of operators",
          "Kendall's rank correlation",
          "",
          tried.truth,
          (at) => kendall(picked(tried.truth, at), picked(predicted, at)),
        );
      }),
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
    reported: [reported("Borg, mean over the fleet", RANK, 0.9, ""), reported("Borg, best", RANK, 0.99, "")],
    ours: (found) =>
      ["time_per_token", "memory"].flatMap((name) =>
        of(found, name).map((tried) =>
          rankEvidence(tried, `${name === "memory" ? "memory" : "time a token"} of a config.json`),
        ),
      ),
    judge: (_reported, ours) => boundVerdict(intervalsOf(ours), 0.9),
    why: `${OURS}our true numbers come from a cost model without noise and a text of some twenty keys in a fixed order; theirs are of a cluster's scheduler, from texts of up to a million characters.`,
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
    ours: (found) =>
      ["cycles", "registers"].flatMap((name) =>
        of(found, name).flatMap((tried) => rangeErrors(tried, found)),
      ),
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
    ours: (found) => of(found, "printed").map(exactShare),
    judge: (_reported, ours) => {
      const intervals = intervalsOf(ours);
      if (intervals.length > 0 && intervals.every(({low, high}) => low > 0 && high < 50))
        return "same direction";
      return intervals.some(({low}) => low > 50) ? "differs" : "open";
    },
    why: `${OURS}ours is a model of 0.4 million parameters and a toy language; it was trained on programs with their printed number, theirs were not trained for it.`,
  },
];
