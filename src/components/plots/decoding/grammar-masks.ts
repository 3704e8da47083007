import type {grammarMasks} from "../../../lib/experiments/decoding/grammar-masks.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

export type GrammarMaskRow = RowOf<typeof grammarMasks>;

/** Tokens that are checked at a place, by the size of the vocabulary and by what is known beforehand. */
export const checkedFigure = linesFigure<typeof grammarMasks>({
  experiment: "decoding/grammar-masks",
  question: "How many tokens must be checked before each token?",
  key: ({method, tokens}) => `${method} ${tokens}`,
  label: ({method, checked, tokens}) => `${method}: ${numberText(checked, 3)} of ${tokens}`,
  series: seriesBy(
    ({method}) => method,
    () => "decoding",
  ),
  x: {column: "tokens", label: "tokens of the vocabulary", log: true},
  y: {column: "checked", label: "tokens checked before each token (mean)", log: true},
  finding: ({rows}) => checkedFinding(rows),
});

/** Checks at the largest vocabulary: of every token, with node masks, and with context expansion. */
export function checkedFinding(rows: readonly GrammarMaskRow[]): string {
  const most = rows.reduce((size, {tokens}) => Math.max(size, tokens), 0);
  const [all, nodes, expanded] = rows.filter(({tokens}) => tokens === most);
  if (all === undefined || nodes === undefined || expanded === undefined) return "";
  const same = rows.every((row) => row.same === row.places);
  const equal = same
    ? "Every mask is the one that checking all tokens gives."
    : "Some masks are not those that checking all tokens gives.";
  return `Of ${numberText(most, 5)} tokens, ${numberText(expanded.checked, 3)} are checked before each token, and ${numberText(nodes.checked, 3)} without context expansion. ${equal}`;
}
