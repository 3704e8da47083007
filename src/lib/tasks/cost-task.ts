import {type RandomStream, randomStream} from "../tensor/random.js";
import {requireInteger} from "../tensor/require.js";
import {splitOf} from "./arithmetic.js";
import type {Split} from "./corpus.js";

/** A text and the numbers that are true of it; null where there is none, such as the time of what cannot run. */
export interface LabelledText {
  readonly text: string;
  readonly targets: readonly (number | null)[];
  /** Form of the text without its numbers and names: texts of one structure stand in one split. */
  readonly structure: string;
}

/** A number that texts are labelled with. */
export interface CostTarget {
  /** As a column is called: `time_per_token`. */
  readonly name: string;
  readonly title: string;
  /** Unit of the number; empty for a count. */
  readonly unit: string;
}

/** A question about texts whose answers are numbers that this project computes. */
export interface CostTask {
  readonly id: string;
  readonly title: string;
  readonly targets: readonly CostTarget[];
  /** Draws a text with its true numbers. */
  readonly draw: (stream: RandomStream) => LabelledText;
}

/**
 * Text `index` of a split; the same arguments give the same text for ever. Texts of another split's structure are drawn
 * again.
 * @throws RangeError unless `index` is an integer of at least 0.
 */
export function labelledText(
  {id, draw}: Pick<CostTask, "id" | "draw">,
  split: Split,
  index: number,
): LabelledText {
  requireInteger("labelledText", "index", index, 0);
  const stream = randomStream(index, `cost/${id}/${split}`);
  for (;;) {
    const drawn = draw(stream);
    if (splitOf(drawn.structure) === split) return drawn;
  }
}

/** A whole number from `least` to `most`: each doubling of `least` as likely, and within it each number. */
export function logInteger(stream: RandomStream, least: number, most: number): number {
  let doublings = 0;
  while (least * 2 ** (doublings + 1) <= most) doublings++;
  const from = least * 2 ** stream.integer(doublings + 1);
  return from + stream.integer(Math.min(from, most - from + 1));
}

/** One of several things, each as likely. */
export function oneOf<T>(stream: RandomStream, things: readonly T[]): T {
  return things[stream.integer(things.length)];
}
