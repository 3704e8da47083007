/** Labels of the steps that a large model should write, and the text from which a small one learns to hand them over. */

import type {ArithmeticProblem} from "../../tasks/arithmetic.js";
import {CLOSE_TAG, OPEN_TAG} from "./tags.js";

/**
 * A problem with its work and answer, the chosen steps between tags. (SplitReason, arXiv:2504.16379, section 3.2: the
 * hardest fifth of a trace is wrapped)
 * @param chosen one for each step
 */
export function taggedWork(
  {prompt, steps, answer}: Pick<ArithmeticProblem, "prompt" | "steps" | "answer">,
  chosen: readonly boolean[],
): string {
  const work = steps.map(({text}, step) => (chosen[step] ? `${OPEN_TAG}${text}${CLOSE_TAG}` : text));
  return `${prompt}${work.join("")}A:${answer}\n`;
}
