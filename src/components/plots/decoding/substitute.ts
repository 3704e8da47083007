import type {substitute} from "../../../lib/experiments/decoding/substitute.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {BIT_TICKS, ofFamily} from "../series.js";

/** Series of drafts with a cache of their own, whatever their format. */
const OWN_CACHE = {name: "with a cache of its own", family: "baseline", shade: 0} as const;

export type SubstituteRow = RowOf<typeof substitute>;

/** Tokens for each pass of the model against the bits of the copy that drafts. */
export const substituteFigure = marksFigure<typeof substitute>({
  experiment: "decoding/substitute",
  question: "What do bits of the draft buy?",
  key: (row) => (row.sharesCache ? copyName(row) : `${copyName(row)}, own cache`),
  series: ({family, sharesCache}) => (sharesCache ? ofFamily(family) : OWN_CACHE),
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
  merits: "fewer bits, more tokens",
  front: ({sharesCache}) => sharesCache,
  labelled: ({points}) => points.filter(({row}) => row.sharesCache).map(({key}) => key),
  finding: ({rows}, {depth}) => substituteFinding(rows, depth),
});

/** Name of a copy: its format, and the method where it is not round to nearest. */
export function copyName({format, method}: Pick<SubstituteRow, "format" | "method">): string {
  return method === "rtn" ? format : `${format}, ${method}`;
}

/** The fewest bits that reach nine tenths of the best draft, and what a cache of its own costs the drafts. */
export function substituteFinding(rows: readonly SubstituteRow[], depth: number): string {
  const best = rows.toSorted((a, b) => b.tokensPerPass - a.tokensPerPass)[0];
  const enough = rows
    .filter(({tokensPerPass}) => tokensPerPass >= 0.9 * (best?.tokensPerPass ?? 0))
    .toSorted((a, b) => a.bitsPerWeight - b.bitsPerWeight)[0];
  if (best === undefined || enough === undefined) return "There is no format to compare.";
  const drafts = `Drafting ${depth} tokens ahead, at most ${depth + 1} can come of a pass. The best draft, ${copyName(best)}, gives ${numberText(best.tokensPerPass, 3)}; ${copyName(enough)} gives ${numberText(enough.tokensPerPass, 3)} with ${numberText(enough.bitsPerWeight, 3)} bits per weight.`;
  return [drafts, sharingFinding(rows)].filter((sentence) => sentence !== "").join(" ");
}

/** The draft that loses most tokens by a cache of its own; empty where no draft has both. */
export function sharingFinding(rows: readonly SubstituteRow[]): string {
  const pairs = rows.flatMap((shared) => {
    const isOther = (row: SubstituteRow) => !row.sharesCache && copyName(row) === copyName(shared);
    const own = shared.sharesCache ? rows.find(isOther) : undefined;
    return own === undefined ? [] : [{shared, own, lost: shared.tokensPerPass - own.tokensPerPass}];
  });
  const most = pairs.toSorted((a, b) => b.lost - a.lost)[0];
  if (most === undefined) return "";
  if (!(most.lost > 0)) return "With a cache of its own no draft is kept less often.";
  const [from, to] = [most.shared.tokensPerPass, most.own.tokensPerPass].map((value) => numberText(value, 3));
  return `With a cache of its own ${copyName(most.shared)} falls from ${from} to ${to}, the most of all.`;
}
