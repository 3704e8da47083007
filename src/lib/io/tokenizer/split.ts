import type {Json} from "../strict-json.js";
import {tokenizerProblem} from "./fields.js";
import type {TextPattern} from "./pattern/text-pattern.js";

const BEHAVIORS = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;

/** Treatment of the matches of a split: pieces of their own, removed, or joined to a neighbour. */
export type Behavior = (typeof BEHAVIORS)[number];

/** The `behavior` of a split. @throws FormatError naming those there are. */
export function parseBehavior(value: Json | undefined, field: string): Behavior {
  const behavior = BEHAVIORS.find((name) => name === value);
  if (behavior === undefined)
    throw tokenizerProblem("bad-value", field, value, `one of ${BEHAVIORS.join(", ")}`);
  return behavior;
}

interface Span {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Cuts a text at the matches of a pattern, or, inverted, at what lies between them. Empty pieces are left out. */
export function splitBy(text: string, pattern: TextPattern, behavior: Behavior, invert = false): string[] {
  const spans = matchSpans(text, pattern, invert);
  if (behavior === "Isolated") return spans.map((span) => span.text);
  if (behavior === "Removed") return spans.filter((span) => !span.isMatch).map((span) => span.text);
  const pieces: string[] = [];
  spans.forEach((span, i) => {
    const before = spans[i - 1];
    const joins =
      before !== undefined &&
      ((behavior === "MergedWithPrevious" && span.isMatch && !before.isMatch) ||
        (behavior === "MergedWithNext" && !span.isMatch && before.isMatch) ||
        (behavior === "Contiguous" && span.isMatch === before.isMatch));
    if (joins) pieces.push(pieces.pop() + span.text);
    else pieces.push(span.text);
  });
  return pieces;
}

function matchSpans(text: string, pattern: TextPattern, invert: boolean): Span[] {
  const bounds = pattern.matches(text);
  const spans: Span[] = [];
  let end = 0;
  const cut = (from: number, to: number, isMatch: boolean) => {
    if (to > from) spans.push({text: text.slice(from, to), isMatch: isMatch !== invert});
  };
  for (let i = 0; i < bounds.length; i += 2) {
    cut(end, bounds[i], false);
    cut(bounds[i], bounds[i + 1], true);
    end = bounds[i + 1];
  }
  cut(end, text.length, false);
  return spans;
}
