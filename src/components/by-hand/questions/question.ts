import {guess} from "../../kit/openings/guess.js";
import {captioned} from "../../kit/text/captioned.js";
import {type ShareBar, shareBars} from "../../plots/share-bars.js";

/** A question of a page whose answer is a comparison of a few numbers. */
export interface BarQuestion {
  readonly question: string;
  readonly options: readonly string[];
  /** Place of the right option. */
  readonly right: number;
  /** The reason in a sentence, with its numbers. */
  readonly because: string;
  /** Name of what the bars show, with its unit. */
  readonly shown: string;
  readonly bars: readonly ShareBar[];
}

/** The question, with its bars covered until it is answered or skipped; a second one on a page has a name of its own. */
export function ask(
  {question, options, right, because, shown, bars}: BarQuestion,
  name = "guess",
): HTMLElement {
  const reveals = captioned(shown, because, shareBars(bars));
  return guess({name, question, options, answer: () => right, because: () => "", reveals});
}

/** Place of the range that holds a number, between limits in rising order: 0 is below the first. */
export const rangeOf = (value: number, limits: readonly number[]): number =>
  limits.filter((limit) => value >= limit).length;
