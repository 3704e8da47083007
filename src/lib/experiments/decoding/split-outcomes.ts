/** Texts of two models with their scores, and where in them the large one wrote. */

import {withoutTags} from "../../decoding/split-reason/tags.js";
import {type ArithmeticProblem, scoreArithmetic} from "../../tasks/arithmetic.js";
import {type SplitModels, type SplitPolicy, type SplitText, splitText} from "./split-policies.js";

const TENTHS = 10;

/** A text with its score. */
export interface Outcome extends SplitText {
  readonly isCorrect: boolean;
  /** The work without tags: for each character whether the large model wrote it. */
  readonly byLarge: readonly boolean[];
  readonly text: string;
}

/** Writes the work of a problem by a rule and scores it. */
export function outcomeOf(
  models: SplitModels,
  policy: SplitPolicy,
  problem: ArithmeticProblem,
  share: number,
): Outcome {
  const written = splitText(models, policy, problem, share);
  const text = written.parts.map((part) => part.text).join("");
  return {
    ...written,
    text,
    isCorrect: scoreArithmetic(problem, withoutTags(text)).isCorrect,
    byLarge: written.parts.flatMap(({writer, text: part}) =>
      Array.from(withoutTags(part), () => writer === "large"),
    ),
  };
}

/** For each tenth of the work the share of its characters that the large model wrote. */
export function placesOf(texts: readonly Outcome[]): number[] {
  const counts = Array.from({length: TENTHS}, () => ({large: 0, all: 0}));
  for (const {byLarge} of texts)
    for (const [at, isLarge] of byLarge.entries()) {
      const count = counts[Math.floor((TENTHS * at) / byLarge.length)];
      count.large += Number(isLarge);
      count.all++;
    }
  return counts.map(({large, all}) => (all === 0 ? 0 : large / all));
}
