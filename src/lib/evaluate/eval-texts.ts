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

/** Windows of one's own text. */
export interface WindowOptions {
  /** Tokens that are read of each window, those of the prefix among them. */
  readonly context?: number;
  /** Tokens before those of the text in every window, such as the begin token that the model was trained with. */
  readonly prefix?: readonly number[];
}

/** Numbers of texts drawn from one's own text for each seed. */
export interface OwnTextOptions extends WindowOptions {
  readonly seeds?: readonly number[];
  /** Windows a seed, as far as the text has them. */
  readonly windows?: number;
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
 * Windows of `context` + 1 tokens of the second half of a text, at random places and without overlap, so that no token
 * counts twice, in whatever seed; its first half is for {@link ownTextCalibration}. Each seed chooses among those that the
 * seeds before it left. A text too short for all gives each seed fewer windows, and none to the last seeds where it has
 * fewer windows than there are seeds.
 * @throws RangeError if the text is too short for two windows, or the prefix leaves no room in one.
 */
export function ownTextSeeds(
  ids: readonly number[],
  {seeds = EVAL_SEEDS, windows = 16, context = 128, prefix = []}: OwnTextOptions = {},
): EvalSeed[] {
  const {half, length} = halfOf(ids, context, prefix);
  const free = Array.from({length: Math.floor((ids.length - half) / length)}, (_, i) => half + i * length);
  const each = Math.min(windows, Math.max(1, Math.floor(free.length / seeds.length)));
  return seeds.slice(0, free.length).map((seed) => {
    const stream = randomStream(seed, "windows of a text");
    const starts = Array.from({length: each}, () => free.splice(stream.integer(free.length), 1)[0]);
    const texts = starts.map(
      (start): EvalText => ({
        tokens: [...prefix, ...ids.slice(start, start + length)],
        answers: [],
        from: Math.max(1, prefix.length),
      }),
    );
    return {seed, texts, samples: []};
  });
}

/**
 * Windows of the first half of a text, evenly spaced.
 * @throws RangeError as {@link ownTextSeeds}.
 */
export function ownTextCalibration(
  ids: readonly number[],
  windows = 16,
  {context = 128, prefix = []}: WindowOptions = {},
): number[][] {
  const {half, length} = halfOf(ids, context, prefix);
  const room = half - length;
  const starts = Array.from({length: windows}, (_, i) => Math.floor((i * room) / Math.max(1, windows - 1)));
  return starts.map((start) => [...prefix, ...ids.slice(start, start + length)]);
}

/** Where the second half of a text begins, and how many of its tokens a window holds beside the prefix. */
function halfOf(ids: readonly number[], context: number, prefix: readonly number[]) {
  const length = context + 1 - prefix.length;
  if (length < 1) {
    throw new RangeError(
      `ownTextSeeds: prefix must leave room in a window of ${context + 1} tokens, got ${prefix.length}`,
    );
  }
  if (ids.length < 2 * length) {
    throw new RangeError(
      `ownTextSeeds: the text must have at least ${2 * length} tokens for windows of ${context}, got ${ids.length}. A shorter context needs fewer.`,
    );
  }
  return {half: Math.floor(ids.length / 2), length};
}
