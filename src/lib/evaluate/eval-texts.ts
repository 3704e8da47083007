/** Texts and tasks that models are measured on, a set for each evaluation seed. */

import {corpusDocument, type Mix} from "../tasks/corpus.js";
import {taskById} from "../tasks/registry.js";
import type {TaskSample} from "../tasks/task.js";
import {randomStream} from "../tensor/random.js";

/** A text to predict token by token. */
export interface EvalText {
  readonly tokens: readonly number[];
  /** Positions of the answer tokens, those that the text determines, such as a needle's; may be empty. */
  readonly answers: readonly number[];
  /** Positions of the tokens that repeat a span of the text. */
  readonly copies?: readonly number[];
  /** First position whose prediction counts; default 1, all. What comes before is read only. */
  readonly from?: number;
}

/** A sample of a task, to be answered by writing. */
export interface EvalSample {
  readonly task: string;
  readonly sample: TaskSample;
}

/** Everything one evaluation seed draws. */
export interface EvalSeed {
  readonly seed: number;
  readonly texts: readonly EvalText[];
  readonly samples: readonly EvalSample[];
}

/** Numbers of texts and tasks drawn from the corpus for each seed. */
export interface CorpusEvalOptions {
  readonly seeds?: readonly number[];
  /** Documents a seed. */
  readonly documents?: number;
  readonly context?: number;
  readonly mix?: Mix;
  /** Ids of tasks, and samples of each for a seed. */
  readonly tasks?: readonly string[];
  readonly samples?: number;
}

/** Numbers of texts drawn from one's own text for each seed. */
export interface OwnTextOptions {
  readonly seeds?: readonly number[];
  /** Windows a seed. */
  readonly windows?: number;
  readonly context?: number;
}

/** Seeds of every evaluation, so that all of them read the same texts. */
export const EVAL_SEEDS: readonly number[] = [4242, 999, 2718];

/**
 * Test documents of the mixed retrieval corpus and samples of its tasks, for each seed; none is in the training split.
 * @throws RangeError if a task is unknown or an option is out of its range.
 */
export function corpusSeeds({
  seeds = EVAL_SEEDS,
  documents = 16,
  context = 128,
  mix = "retrieval",
  tasks = [],
  samples = 16,
}: CorpusEvalOptions = {}): EvalSeed[] {
  return seeds.map((seed) => ({
    seed,
    texts: Array.from({length: documents}, (_, index) => {
      const {tokens, answers, copies} = corpusDocument("test", index, {context, seed, mix});
      return {tokens: Array.from(tokens), answers, copies};
    }),
    samples: tasks.flatMap((task) =>
      Array.from({length: samples}, (_, index) => ({
        task,
        sample: taskById(task).sample(index, {context, seed, split: "test"}),
      })),
    ),
  }));
}

/** Documents to calibrate on: of the training split, which no evaluation draws from. */
export function corpusCalibration(
  documents = 16,
  {context = 128, seed = 0, mix = "retrieval"}: Omit<CorpusEvalOptions, "seeds"> & {seed?: number} = {},
): number[][] {
  return Array.from({length: documents}, (_, index) =>
    Array.from(corpusDocument("train", index, {context, seed, mix}).tokens),
  );
}

/**
 * Windows of `context` + 1 tokens at random places of the second half of a text, for each seed; its first half is for
 * {@link ownTextCalibration}.
 * @throws RangeError if the text is too short for two windows.
 */
export function ownTextSeeds(
  ids: readonly number[],
  {seeds = EVAL_SEEDS, windows = 16, context = 128}: OwnTextOptions = {},
): EvalSeed[] {
  const half = halfOf(ids, context);
  return seeds.map((seed) => {
    const stream = randomStream(seed, "windows of a text");
    const starts = Array.from({length: windows}, () => half + stream.integer(ids.length - half - context));
    const texts = starts.map((start) => ({tokens: ids.slice(start, start + context + 1), answers: []}));
    return {seed, texts, samples: []};
  });
}

/**
 * Windows of the first half of a text, evenly spaced.
 * @throws RangeError as {@link ownTextSeeds}.
 */
export function ownTextCalibration(ids: readonly number[], windows = 16, context = 128): number[][] {
  const room = halfOf(ids, context) - context - 1;
  const starts = Array.from({length: windows}, (_, i) => Math.floor((i * room) / Math.max(1, windows - 1)));
  return starts.map((start) => ids.slice(start, start + context + 1));
}

function halfOf(ids: readonly number[], context: number): number {
  if (ids.length < 2 * (context + 1)) {
    throw new RangeError(
      `ownTextSeeds: the text must have at least ${2 * (context + 1)} tokens for windows of ${context}, got ${ids.length}. A shorter context needs fewer.`,
    );
  }
  return Math.floor(ids.length / 2);
}
