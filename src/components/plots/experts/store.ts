import type {expertStore} from "../../../lib/experiments/experts/store.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

export type StoreRow = RowOf<typeof expertStore>;

/** Tokens a second against the memory for weights. */
export const storeFigure = linesFigure<typeof expertStore>({
  experiment: "experts/store",
  question: "How much memory does the model need to write fast?",
  key: ({way, fits}) => `${way} ${fits}`,
  label: ({way, fits}) => `${way}, ${numberText(100 * fits, 2)} % of the experts in memory`,
  series: seriesBy(
    ({way}) => way,
    () => "sparse",
  ),
  x: {column: "memoryGB", label: "memory for weights and cache, GB", provenance: "modelled"},
  y: {column: "tokensPerSecond", label: "tokens a second", provenance: "modelled"},
  better: "top left",
  merits: "less memory, more tokens a second",
  finding: ({rows}) => storeFinding(rows),
});

/** Gain of the early router where it is largest, and what it hides there. */
export function storeFinding(rows: readonly StoreRow[]): string {
  const ways = Array.from(new Set(rows.map(({way}) => way)));
  const [late, early] = ways.map((way) => rows.filter((row) => row.way === way));
  if (late === undefined || early === undefined) return "";
  const gains = early.map((row, i) => ({row, gain: row.tokensPerSecond / late[i].tokensPerSecond}));
  const best = gains.toSorted((a, b) => b.gain - a.gain)[0];
  const {memoryGB, hiddenShare, tokensPerSecond} = best.row;
  return `A router before attention makes it at most ${numberText(best.gain, 3)} times as fast, with ${numberText(memoryGB, 3)} GB: attention then hides ${numberText(100 * hiddenShare, 2)} % of the reading, and the model writes ${numberText(tokensPerSecond, 3)} tokens a second.`;
}
