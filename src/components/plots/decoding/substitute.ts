import type {substitute} from "../../../lib/experiments/decoding/substitute.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {BIT_TICKS, ofFamily} from "../series.js";

export type SubstituteRow = RowOf<typeof substitute>;

/** Tokens for each pass of the model against the bits of the copy that drafts. */
export const substituteFigure = marksFigure<typeof substitute>({
  experiment: "decoding/substitute",
  question: "What do bits of the draft buy?",
  key: ({format}) => format,
  series: ({family}) => ofFamily(family),
  x: {
    column: "bitsPerWeight",
    label: "size of the draft's layers",
    unit: "bits per weight, scales included",
    log: true,
    ticks: BIT_TICKS,
  },
  y: {column: "tokensPerPass", label: "tokens for each pass of the model"},
  interval: ({tokensPerPassLow: low, tokensPerPassHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  better: "top left",
  front: () => true,
  labelled: ({points}) => points.map(({key}) => key),
  finding: ({rows}, {depth}) => substituteFinding(rows, depth),
});

/** The fewest bits that reach nine tenths of the best draft. */
export function substituteFinding(rows: readonly SubstituteRow[], depth: number): string {
  const best = rows.toSorted((a, b) => b.tokensPerPass - a.tokensPerPass)[0];
  const enough = rows
    .filter(({tokensPerPass}) => tokensPerPass >= 0.9 * (best?.tokensPerPass ?? 0))
    .toSorted((a, b) => a.bitsPerWeight - b.bitsPerWeight)[0];
  if (best === undefined || enough === undefined) return "There is no format to compare.";
  return `Drafting ${depth} tokens ahead, at most ${depth + 1} can come of a pass. The best draft, ${best.format}, gives ${numberText(best.tokensPerPass, 3)}; ${enough.format} gives ${numberText(enough.tokensPerPass, 3)} with ${numberText(enough.bitsPerWeight, 3)} bits per weight.`;
}
