/** Tasks whose answer stands at the end of a text, so that both kinds of model can write it. */

import {taskById} from "../../tasks/registry.js";
import {PROMPT_KEPT, WAYS, type Way} from "./ways.js";

/** A text to go on with, and what should follow. */
export interface AnswerSample {
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
}

/** A task, and the ways that can write its answers. */
export interface AnswerTask {
  readonly id: string;
  readonly title: string;
  readonly ways: readonly Way[];
  /** The same sample for ever; none is in the training split. */
  readonly sample: (index: number, seed: number) => AnswerSample;
}

/** Tokens of a text with its answer, less one: those that the models were trained with. */
const CONTEXT = 128;

const named = (...ids: string[]): Way[] => WAYS.filter(({id}) => ids.includes(id));

/** Ways to write the two tokens of a fact's value. */
const TWO_TOKENS = [
  ...named("low_confidence-1", "low_confidence-2", "random-1"),
  PROMPT_KEPT,
  ...named("guided-deterministic-none", "guided-deterministic-prompt-only"),
  ...named("decoder", "decoder-token-recycling", "decoder-int4_g32"),
];

/** A task of the library with one turn, at its default difficulty. */
function ofWords(id: string): AnswerTask {
  const task = taskById(id);
  return {
    id,
    title: task.title,
    ways: TWO_TOKENS,
    sample(index, seed) {
      const [{prompt, answer}] = task.sample(index, {context: CONTEXT, seed, split: "test"}).turns;
      return {prompt: Array.from(prompt), answer: Array.from(answer)};
    },
  };
}

/** Tasks in the order of pages. */
export const ANSWER_TASKS: readonly AnswerTask[] = ["needle-single", "needle-multikey"].map(ofWords);
