import {characterIds} from "../../../lib/regress/characters.js";
import {legalChances} from "../../../lib/regress/constrained.js";
import {
  expectedOnGrid,
  rankedProbabilityScore,
  type SampleSummary,
  summarizeSamples,
} from "../../../lib/regress/estimators.js";
import {normalized} from "../../../lib/regress/numbers/normalized.js";
import {numberTokenizer, type TokenizerParams} from "../../../lib/regress/numbers/registry.js";
import type {NumberTokenizer, Target} from "../../../lib/regress/numbers/tokenizer.js";
import {numberVocabulary} from "../../../lib/regress/numbers/vocabulary.js";
import {withSpecialValues} from "../../../lib/regress/numbers/wrappers.js";
import {sortedQuantile} from "../../../lib/stats/quantile.js";
import {kendall, ranks, spearman} from "../../../lib/stats/rank.js";
import {
  cumulativeBest,
  meanAbsoluteError,
  meanSquaredError,
  pearson,
  topRecall,
} from "../../../lib/stats/regression.js";
import type {CaseOp, GoldenInput, GoldenTensor, GoldenValues, Ops} from "../op.js";
import {type Args, numberArg} from "./formats-arguments.js";

type Input = GoldenInput | readonly GoldenInput[];

const tensor = (input: Input) => input as GoldenTensor;
const numbers = (input: Input) => Float64Array.from(tensor(input).data);
const texts = (input: Input) => (input as GoldenValues).values as string[];

/** The rows of a tensor of two axes. */
function rowsOf(input: Input): Float64Array[] {
  const {data, shape} = tensor(input);
  const [rows, columns] = shape;
  return Array.from({length: rows}, (_, i) =>
    Float64Array.from(data.subarray(i * columns, (i + 1) * columns)),
  );
}

/** Parameters of the published classes and ours. */
const PARAM_NAMES: Readonly<Record<string, keyof TokenizerParams>> = {
  base: "base",
  num_digits: "digits",
  num_mantissa_digits: "digits",
  length: "digits",
  num_exponent_digits: "exponentDigits",
  exponent_range: "exponentRange",
};

/** The tokenizer that params describe, by the names of the published classes' parameters. */
function tokenizerOf(args: Args): NumberTokenizer {
  const names = Object.entries(PARAM_NAMES).filter(([name]) => args[name] !== undefined);
  const params = names.map(([name, own]) => [own, args[name]]);
  return numberTokenizer(String(args.tokenizer), Object.fromEntries(params));
}

const numberTokenize: CaseOp = (args, {y}) => {
  const tokenizer = tokenizerOf(args);
  const vocabulary = numberVocabulary(tokenizer);
  const tokens = Array.from(numbers(y), (value) => tokenizer.encode(value));
  return {
    tokens: tokens.map((each) => each.join("")),
    ids: Array.from(numbers(y)).flatMap((value) => Array.from(vocabulary.encode([value]))),
    decoded: tokens.map((each) => tokenizer.decode(each)),
    vocab: vocabulary.tokens,
  };
};

const unitTokenize: CaseOp = (args, {y}) => {
  const tokenizer = normalized(numberArg(args, "base", 10), numberArg(args, "length"));
  const tokens = Array.from(numbers(y), (value) => tokenizer.encode(value));
  return {
    tokens: tokens.map((each) => each.join("")),
    decoded: tokens.map((each) => tokenizer.decode(each)),
  };
};

const VALUES: Readonly<Record<string, Target>> = {
  INVALID: null,
  NaN: Number.NaN,
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  Infinity: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

const targetOf = (text: string): Target => (Object.hasOwn(VALUES, text) ? VALUES[text] : Number(text));

/** A double as Python prints it: a point in whole numbers, powers of ten from the 16th on and below the -4th. */
function pythonText(value: Target): string {
  if (value === null) return "INVALID";
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 16) return Number.isInteger(value) ? `${value.toFixed(0)}.0` : String(value);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

const specialTokenize: CaseOp = ({base_tokenizer}, {y}) => {
  const vocabulary = numberVocabulary(withSpecialValues(tokenizerOf(base_tokenizer as Args)));
  const rows = texts(y).map((text) => vocabulary.encode(text.split(",").map(targetOf)));
  return {
    ids: rows.flatMap((row) => Array.from(row)),
    decoded: rows.map((row) => vocabulary.decode(row).map(pythonText).join(",")),
  };
};

const legalMask: CaseOp = ({base_tokenizer, objectives, vocab}, {prefix_ids}) => {
  const base = tokenizerOf(base_tokenizer as Args);
  const isSpecial = (vocab as readonly string[] | undefined)?.includes("<NAN>") ?? true;
  const vocabulary = numberVocabulary(isSpecial ? withSpecialValues(base) : base);
  const masks = texts(prefix_ids).map((prefix) => {
    const ids = prefix.split(" ").filter((id) => id !== "");
    return vocabulary.legal(ids.map(Number), objectives as number);
  });
  return {mask: masks.flatMap((mask) => Array.from(mask))};
};

const maskedSoftmax: CaseOp = (args, {logits, mask}) => {
  const masks = rowsOf(mask);
  const rows = rowsOf(logits).map((row, i) =>
    legalChances(row, masks[i], numberArg(args, "temperature", 1), numberArg(args, "neg", -1e7)),
  );
  return {probs: rows.flatMap((row) => Array.from(row))};
};

const raftExpectation: CaseOp = (_, {log_prob, grid}) => ({
  mean: rowsOf(log_prob).map((row) => expectedOnGrid(row, numbers(grid))),
});

/** Of samples none of which is a number. */
const NO_SUMMARY = {
  median: Number.NaN,
  mean: Number.NaN,
  standardDeviation: Number.NaN,
  sorted: Float64Array.of(Number.NaN),
};

/** Standard deviation with `ddof` taken from the number of samples, of the population's. */
function deviation(
  {standardDeviation, sorted}: Pick<SampleSummary, "standardDeviation" | "sorted">,
  ddof: number,
) {
  return ddof === 0
    ? standardDeviation
    : standardDeviation * Math.sqrt(sorted.length / (sorted.length - ddof));
}

const sampleEstimators: CaseOp = (args, {samples, y}) => {
  const {percentiles = [25, 75]} = args;
  const ddof = numberArg(args, "std_ddof", 0);
  const truth = numbers(y);
  const rows = rowsOf(samples);
  const isNumber = rows.map((row) => !row.every(Number.isNaN));
  const found = rows.map((row, i) => (isNumber[i] ? summarizeSamples(row) : NO_SUMMARY));
  const quantiles = (percentiles as readonly number[]).map((percent) => [
    `p${percent}`,
    found.map(({sorted}) => sortedQuantile(sorted, percent / 100)),
  ]);
  return {
    median: found.map(({median}) => median),
    mean: found.map(({mean}) => mean),
    std: found.map((summary) => deviation(summary, ddof)),
    crps: rows.map((row, i) => (isNumber[i] ? rankedProbabilityScore(row, truth[i]) : Number.NaN)),
    ...Object.fromEntries(quantiles),
  };
};

const characterTokenize: CaseOp = (_, {text}) => {
  const rows = texts(text).map(characterIds);
  return {
    ids_flat: rows.flatMap((row) => Array.from(row)),
    lengths: rows.map(({length}) => length),
  };
};

const CORRELATIONS: Readonly<Record<string, typeof spearman>> = {
  spearman,
  kendall_tau_b: kendall,
  pearson,
};

function correlationsOf(columns: unknown, x: Float64Array, y: Float64Array): number[] {
  const constant = [x, y].some((side) => side.every((value) => value === side[0]));
  return (columns as readonly string[]).map((column) => (constant ? Number.NaN : CORRELATIONS[column](x, y)));
}

const rankCorrelation: CaseOp = ({columns}, {x, y}) => {
  const [xs, ys] = [rowsOf(x), rowsOf(y)];
  return {
    values: xs.flatMap((row, i) => correlationsOf(columns, row, ys[i])),
    avg_rank_x: xs.flatMap((row) => Array.from(ranks(row), (rank) => rank + 1)),
  };
};

const tinyCorrelation: CaseOp = ({columns}, {xy}) => ({
  spearman_kendall: ((xy as GoldenValues).values as [number[], number[]][]).map(([x, y]) =>
    correlationsOf(columns, Float64Array.from(x), Float64Array.from(y)),
  ),
});

const regressionMetrics: CaseOp = ({k, best = "smallest"}, {y_true, y_pred}) => {
  const sides = [numbers(y_true), numbers(y_pred)] as const;
  const sign = best === "smallest" ? 1 : -1;
  const [truth, predicted] = sides.map((side) => side.map((value) => sign * value));
  const found = cumulativeBest(truth, predicted).map((value) => sign * value);
  const sizes = k as readonly number[];
  return {
    mse: [meanSquaredError(...sides)],
    mae: [meanAbsoluteError(...sides)],
    mse_log10: [meanSquaredError(sides[0].map(Math.log10), sides[1].map(Math.log10))],
    topk_recall: sizes.map((size) => topRecall(truth, predicted, size)),
    best_of_topk: sizes.map((size) => found[Math.min(size, found.length) - 1]),
    cumulative_best: found,
  };
};

/** Ops on numbers as tokens and on what is made of samples of them. */
export const regressOps: Ops = {
  cases: {
    number_tokenize: numberTokenize,
    number_tokenize_unit: unitTokenize,
    number_tokenize_special: specialTokenize,
    constrained_decode_mask: legalMask,
    constrained_softmax: maskedSoftmax,
    raft_expectation: raftExpectation,
    sample_estimators: sampleEstimators,
    char_tokenize: characterTokenize,
    rank_correlation: rankCorrelation,
    rank_correlation_tiny: tinyCorrelation,
    regression_metrics: regressionMetrics,
  },
};
