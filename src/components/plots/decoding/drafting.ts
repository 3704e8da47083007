import type {drafting} from "../../../lib/experiments/decoding/drafting.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

export type DraftingRow = RowOf<typeof drafting>;

/** Tokens for each pass of the model, against the passes of a draft that they took. */
export const passesFigure = marksFigure<typeof drafting>({
  experiment: "decoding/drafting",
  question: "How many tokens does a pass give, and how often must the draft run for each?",
  key: ({method}) => method,
  label: ({label}) => label,
  series: seriesBy(
    ({label}) => label,
    ({method}) => (method === "plain" ? "baseline" : "decoding"),
  ),
  x: {column: "draftPassesPerToken", label: "passes of the draft for each token"},
  y: {column: "tokensPerPass", label: "tokens for each pass of the model", log: true},
  interval: ({tokensPerPassLow: low, tokensPerPassHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  better: "top left",
  merits: "fewer drafts, more tokens",
  labelled: ({points}) => points.map(({key}) => key),
  finding: ({rows}, {temperature}) => passesFinding(rows, temperature),
});

/** The method of most tokens, what its drafts cost, and whether the text stayed the same. */
export function passesFinding(rows: readonly DraftingRow[], temperature: number): string {
  const best = rows.toSorted((a, b) => b.tokensPerPass - a.tokensPerPass)[0];
  if (best === undefined) return "There is no method to compare.";
  const most = `With ${best.label} a pass of the model gives ${numberText(best.tokensPerPass, 3)} tokens, for ${numberText(best.draftPassesPerToken, 2)} passes of the draft for each.`;
  return `${most} ${sameness(rows, temperature)}`;
}

function sameness(rows: readonly DraftingRow[], temperature: number): string {
  const lossy = rows.filter(({isLossless}) => !isLossless);
  const except = lossy.length === 0 ? "" : `, except with ${lossy.map(({label}) => label).join(" and ")}`;
  if (temperature > 0) return `Drawn tokens have the distribution of the model, whatever the draft${except}.`;
  const changed = rows.filter(({same, documents}) => same !== documents);
  const documents = rows[0]?.documents ?? 0;
  if (changed.length === 0)
    return `Every text of all ${documents} documents is the one that the model writes alone, token by token.`;
  const unlike = changed
    .map(({label, same}) => `in ${same} of ${documents} documents with ${label}`)
    .join(" and ");
  return `The text is the one that the model writes alone ${unlike}; with the other methods, in all.`;
}
