/** Measures a prepared model beside its baseline over evaluation seeds: perplexity and divergences on texts, tasks by writing. */

import type {PreparedModel} from "../engine/prepared-model.js";
import {type DocumentShare, documentChange, documentShare} from "../stats/documents.js";
import type {Interval} from "../stats/interval.js";
import {taskScore} from "../tasks/task.js";
import {matrixSize, type Tensor} from "../tensor/tensor.js";
import type {EvalSample, EvalSeed, EvalText} from "./eval-texts.js";
import {type Comparison, compareScores, overSeeds, type SeedSummary} from "./quality.js";
import {type PairedScores, scorePair} from "./token-scores.js";

/** Accuracy of the model and its baseline on the same trials. Intervals count documents: texts, or samples of a task. */
export interface PairedAccuracy {
  readonly model: DocumentShare;
  readonly baseline: DocumentShare;
  /** The model's share less the baseline's, with the interval of the paired difference. */
  readonly difference: Interval;
}

/** Results of one evaluation seed, or of all of them together. */
export interface Measured {
  /** Perplexity, KL divergence and their kin over all tokens; null without texts. */
  readonly comparison: Comparison | null;
  /** Share of answer tokens for which the likeliest token is right; null where there are none. */
  readonly answers: PairedAccuracy | null;
  /** The same over tokens that repeat a span of the text. */
  readonly copies: PairedAccuracy | null;
  /** Share of samples answered fully, by task. */
  readonly tasks: Readonly<Record<string, PairedAccuracy>>;
}

/** An evaluation. */
export interface Evaluation {
  readonly seeds: readonly (Measured & {readonly seed: number})[];
  /** All seeds' tokens and samples together. */
  readonly pooled: Measured;
  /** The spread of the main figures over seeds. */
  readonly spread: Readonly<Record<string, SeedSummary>>;
}

/** Options of an evaluation. */
export interface EvaluateOptions {
  /** Called with the share done, 0 .. 1. */
  readonly progress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Scores kept of one text. */
export interface TextScores {
  readonly scores: PairedScores;
  readonly answers: readonly Trial[];
  readonly copies: readonly Trial[];
}

/** Right or wrong, of the model and of the baseline. */
export type Trial = readonly [model: boolean, baseline: boolean];

/** Scores kept of one sample. */
export interface SampleScores {
  readonly task: string;
  readonly solved: Trial;
}

/** Everything scored of what one evaluation seed draws. */
export interface SeedScores {
  readonly seed: number;
  readonly texts: readonly TextScores[];
  readonly samples: readonly SampleScores[];
}

/**
 * Runs both models on every text and sample of every seed. Control returns to the event loop after each, so that a
 * message or a timer can end it through the signal.
 * @throws RangeError if there is no seed or a seed has nothing to measure; the signal's reason if it is aborted.
 */
export async function evaluateModel(
  model: Pick<PreparedModel, "logits" | "write">,
  baseline: Pick<PreparedModel, "logits" | "write">,
  seeds: readonly EvalSeed[],
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  return evaluationOf(await scoreModel(model, baseline, seeds, options));
}

/** The scores behind {@link evaluateModel}, for who sums them up in other parts. @throws as that. */
export async function scoreModel(
  model: Pick<PreparedModel, "logits" | "write">,
  baseline: Pick<PreparedModel, "logits" | "write">,
  seeds: readonly EvalSeed[],
  {progress, signal}: EvaluateOptions = {},
): Promise<SeedScores[]> {
  const total = seeds.reduce((sum, {texts, samples}) => sum + texts.length + samples.length, 0);
  if (seeds.length === 0 || seeds.some(({texts, samples}) => texts.length + samples.length === 0)) {
    throw new RangeError("evaluateModel: every seed must have a text or a sample, and there must be a seed");
  }
  let done = 0;
  const step = async () => {
    progress?.(++done / total);
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
  };
  const found: SeedScores[] = [];
  for (const {seed, texts, samples} of seeds) {
    const scored = {seed, texts: [] as TextScores[], samples: [] as SampleScores[]};
    for (const text of texts) {
      scored.texts.push(scoreText(model, baseline, text));
      await step();
    }
    for (const sample of samples) {
      scored.samples.push(scoreSample(model, baseline, sample));
      await step();
    }
    found.push(scored);
  }
  return found;
}

/** An evaluation from the scores of its seeds. */
export function evaluationOf(found: readonly SeedScores[]): Evaluation {
  const bySeed = found.map((scores) => ({seed: scores.seed, ...measured([scores])}));
  return {seeds: bySeed, pooled: measured(found), spread: spreadOf(bySeed)};
}

/** The same model, each text and each prompt computed once: for a baseline that many setups are measured against. */
export function memoized(
  model: Pick<PreparedModel, "logits" | "write">,
): Pick<PreparedModel, "logits" | "write"> {
  const logits = memo(model.logits);
  const write = memo(model.write);
  return {logits, write};
}

function memo<A, R>(compute: (argument: A) => R): (argument: A) => R {
  const known = new Map<string, R>();
  return (argument) => {
    const key = JSON.stringify(argument);
    if (!known.has(key)) known.set(key, compute(argument));
    return known.get(key)!;
  };
}

function scoreText(
  model: Pick<PreparedModel, "logits">,
  baseline: Pick<PreparedModel, "logits">,
  {tokens, answers, copies = [], from = 1}: EvalText,
): TextScores {
  const read = tokens.slice(0, -1);
  const scored = (of: Pick<PreparedModel, "logits">) => rowsFrom(of.logits(read), from - 1);
  const scores = scorePair(scored(baseline), scored(model), tokens.slice(from));
  const trials = (positions: readonly number[]) =>
    positions
      .filter((position) => position >= from)
      .map((position): Trial => {
        const isRight = ({topTokens}: {topTokens: Int32Array}) =>
          topTokens[position - from] === tokens[position];
        return [isRight(scores.model), isRight(scores.baseline)];
      });
  return {scores, answers: trials(answers), copies: trials(copies)};
}

/** The rows of x [rows, columns] from one on. */
function rowsFrom(x: Tensor, first: number): Tensor {
  const {rows, columns} = matrixSize(x);
  return first === 0 ? x : {shape: [rows - first, columns], data: x.data.subarray(first * columns)};
}

function scoreSample(
  model: Pick<PreparedModel, "write">,
  baseline: Pick<PreparedModel, "write">,
  {task, sample}: EvalSample,
): SampleScores {
  const turns = sample.turns.map(({prompt, answer}) => ({prompt: Array.from(prompt), tokens: answer.length}));
  const solvedBy = (writer: Pick<PreparedModel, "write">) => taskScore(sample, writer.write(turns)) === 1;
  return {task, solved: [solvedBy(model), solvedBy(baseline)]};
}

/** Results of all texts and samples together, of as many seeds as are given or parts of them. */
export function measured(scores: readonly Omit<SeedScores, "seed">[]): Measured {
  const texts = scores.flatMap((each) => each.texts);
  const samples = scores.flatMap((each) => each.samples);
  const tasks: Record<string, PairedAccuracy> = {};
  for (const task of new Set(samples.map((sample) => sample.task))) {
    const own = samples.filter((sample) => sample.task === task);
    tasks[task] = accuracy(own.map(({solved}) => [solved]))!;
  }
  return {
    comparison: texts.length === 0 ? null : compareScores(texts.map((text) => text.scores)),
    answers: accuracy(texts.map(({answers}) => answers)),
    copies: accuracy(texts.map(({copies}) => copies)),
    tasks,
  };
}

function accuracy(documents: readonly (readonly Trial[])[]): PairedAccuracy | null {
  if (documents.every(({length}) => length === 0)) return null;
  const counted = (is: (trial: Trial) => boolean) => documents.map((trials) => trials.filter(is).length);
  const sizes = documents.map(({length}) => length);
  const share = (right: readonly number[]) =>
    documentShare(sizes.map((trials, d) => ({right: right[d], trials})));
  const won = counted(([model, baseline]) => model && !baseline);
  const lost = counted(([model, baseline]) => !model && baseline);
  return {
    model: share(counted(([model]) => model)),
    baseline: share(counted(([, baseline]) => baseline)),
    difference: documentChange(sizes.map((trials, d) => ({won: won[d], lost: lost[d], trials}))),
  };
}

function spreadOf(seeds: readonly Measured[]): Record<string, SeedSummary> {
  const figures: Record<string, (seed: Measured) => number | undefined> = {
    perplexity: ({comparison}) => comparison?.model.perplexity.value,
    perplexityRatio: ({comparison}) => comparison?.difference.ratio.value,
    klMean: ({comparison}) => comparison?.kl.mean.value,
    sameTop: ({comparison}) => comparison?.sameTop.share,
    answers: ({answers}) => answers?.model.share,
  };
  for (const task of Object.keys(seeds[0].tasks)) {
    figures[task] = ({tasks}) => tasks[task]?.model.share;
  }
  const spread: Record<string, SeedSummary> = {};
  for (const [name, figure] of Object.entries(figures)) {
    const values = seeds.map(figure).filter((value) => value !== undefined);
    if (values.length === seeds.length) spread[name] = overSeeds(values);
  }
  return spread;
}
