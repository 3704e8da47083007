/** Form of a task with a checkable answer, and its score. */
import {type RandomStream, randomStream} from "../tensor/random.js";
import type {Split} from "./corpus.js";
import {decodeText} from "./vocabulary.js";

/** The model reads `prompt` after everything before it, then writes `answer.length` tokens of its own. */
export interface Turn {
  readonly prompt: Uint8Array;
  readonly answer: Uint8Array;
}

/** All turns together, answers included, have context + 1 tokens: the last one is predicted, never read. */
export interface TaskSample {
  readonly turns: readonly Turn[];
}

/** Options of one sample of a task. */
export interface TaskOptions {
  readonly context?: number;
  /** An integer within the task's `difficulty`. */
  readonly difficulty?: number;
  readonly split?: Split;
  readonly seed?: number;
}

/** A task with checkable answers. */
export interface Task {
  readonly id: string;
  readonly title: string;
  /** Unit and range of the difficulty. */
  readonly difficulty: {
    readonly counts: string;
    readonly min: number;
    readonly max: number;
    readonly default: number;
  };
  /** Sample `index`: the same arguments give the same sample for ever. */
  sample(index: number, options?: TaskOptions): TaskSample;
}

/** Arguments of a task's own code: checked numbers and a stream that belongs to this sample alone. */
export interface SampleRequest {
  readonly id: string;
  readonly context: number;
  readonly difficulty: number;
  readonly stream: RandomStream;
}

/**
 * The tokens left for a haystack, beside `begin` and `used` others, in a sample of context + 1 tokens.
 * @throws RangeError naming the smallest context that would do.
 */
export function roomFor(used: number, {id, context}: SampleRequest): number {
  if (used > context) {
    throw new RangeError(`${id}: context must be at least ${used} at this difficulty, got ${context}`);
  }
  return context - used;
}

/**
 * Makes a task from its generator. The stream's label holds the task, the split and the index, so samples of
 * different splits share no draws, and none with the corpus.
 */
export function defineTask(
  description: Omit<Task, "sample">,
  generate: (request: SampleRequest) => readonly {prompt: readonly number[]; answer: readonly number[]}[],
): Task {
  const {id, difficulty: range} = description;
  return {
    ...description,
    sample(index, {context = 128, difficulty = range.default, split = "test", seed = 0} = {}) {
      integerWithin(id, "index", index, 0, Number.MAX_SAFE_INTEGER);
      integerWithin(id, "context", context, 1, Number.MAX_SAFE_INTEGER);
      integerWithin(id, `difficulty (${range.counts})`, difficulty, range.min, range.max);
      const stream = randomStream(seed, `task/${id}/${split}/${index}`);
      const turns = generate({id, context, difficulty, stream}).map(({prompt, answer}) => ({
        prompt: Uint8Array.from(prompt),
        answer: Uint8Array.from(answer),
      }));
      return {turns};
    },
  };
}

/**
 * RULER's score of one sample, 0 to 1: the share of answers that occur in what the model wrote, whatever the turn.
 * `written` holds the tokens of every turn. (arXiv:2404.06654)
 * @throws RangeError if there is not one list of tokens for every turn.
 */
export function taskScore({turns}: TaskSample, written: readonly ArrayLike<number>[]): number {
  if (written.length !== turns.length) {
    throw new RangeError(`taskScore: written must hold ${turns.length} turns, got ${written.length}`);
  }
  const text = written.map(decodeText).join(" ");
  return turns.filter(({answer}) => text.includes(decodeText(answer))).length / turns.length;
}

/** The whole sample with the right answers filled in, for teacher-forced evaluation, and where these stand. */
export function filledIn({turns}: TaskSample): {tokens: Uint8Array; answers: readonly number[]} {
  const tokens: number[] = [];
  const answers: number[] = [];
  for (const {prompt, answer} of turns) {
    for (const token of prompt) tokens.push(token);
    for (const token of answer) answers.push(tokens.push(token) - 1);
  }
  return {tokens: Uint8Array.from(tokens), answers};
}

function integerWithin(id: string, name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    const allowed = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} .. ${most}`;
    throw new RangeError(`${id}: ${name} must be an integer of ${allowed}, got ${value}`);
  }
}
