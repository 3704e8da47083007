import type {draftShape} from "../../../lib/experiments/decoding/draft-shape.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

export type DraftShapeRow = RowOf<typeof draftShape>;

const widthName = ({width}: DraftShapeRow): string =>
  width === 1 ? "one way" : `${width} ways side by side`;

/** Tokens for each pass of the model by the length of the draft, a line for each width. */
export const shapeFigure = linesFigure<typeof draftShape>({
  experiment: "decoding/draft-shape",
  question: ([row]) => `How long and how wide should a draft be? ${row?.label ?? ""}`.trim(),
  key: ({depth, width}) => `${depth} ahead, ${width} wide`,
  label: (row) => `${row.depth} tokens ahead, ${widthName(row)}`,
  series: seriesBy(widthName, () => "decoding"),
  x: {column: "depth", label: "tokens drafted ahead", log: true, ticks: [1, 2, 4, 8, 16]},
  y: {column: "tokensPerPass", label: "tokens for each pass of the model"},
  interval: ({tokensPerPassLow: low, tokensPerPassHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  finding: ({rows}) => shapeFinding(rows),
});

/** The longest chain beside the shortest, and what a second way adds to it. */
export function shapeFinding(rows: readonly DraftShapeRow[]): string {
  const chains = rows.filter(({width}) => width === 1).toSorted((a, b) => a.depth - b.depth);
  const [first, last] = [chains[0], chains[chains.length - 1]];
  if (first === undefined || first === last) return "There is no length to compare.";
  const text = ({tokensPerPass}: DraftShapeRow) => numberText(tokensPerPass, 3);
  const length = `With ${last.depth} tokens ahead, one way, a pass gives ${text(last)} tokens; with ${first.depth}, ${text(first)}.`;
  const widest = rows.toSorted((a, b) => b.width - a.width)[0].width;
  const wide = rows.find(({depth, width}) => depth === last.depth && width === widest);
  if (wide === undefined || widest === 1) return length;
  return `${length} At the longest, ${widest} ways side by side give ${text(wide)}, for ${numberText(wide.verifiedPerPass / last.verifiedPerPass, 2)} times as many drafts to verify.`;
}
