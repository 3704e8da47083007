import type {triples} from "../../../lib/experiments/mixers/triples.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";
import {ALL_SEEDS} from "../row-names.js";

/** A row of the experiment. */
export type TripleRow = RowOf<typeof triples>;

const LOOKS: Readonly<Record<string, Look & {readonly name: string}>> = {
  "softmax, trained": {name: "softmax head", family: "state-space", shade: 0},
  "tensor, trained": {name: "tensor head", family: "tokens", shade: 0},
  "tensor, written down": {name: "tensor head, written down", family: "tokens", shade: 1},
  "the more frequent answer": {name: "always the more frequent answer", family: "baseline", shade: 0},
};

/** Rows of all seeds together; an answer that needs no head is drawn along all widths. */
function drawnRows(rows: readonly TripleRow[]): readonly TripleRow[] {
  const pooled = rows.filter(({seed}) => seed === ALL_SEEDS);
  const widths = pooled.flatMap(({width}) => (width === null ? [] : [width])).sort((a, b) => a - b);
  const ends = [...new Set([widths[0] ?? 1, widths.at(-1) ?? 1])];
  return pooled.flatMap((row) => (row.width === null ? ends.map((width) => ({...row, width})) : [row]));
}

/** Numbers decided rightly against the channels of the head. */
export const triplesFigure = linesFigure<typeof triples>({
  experiment: "mixers/triples",
  question: "Can one head find triples?",
  drawn: drawnRows,
  key: ({head, width}) => `${head} ${width}`,
  label: ({head, width}) => (width === null ? head : `${head}, ${width} channels`),
  series: ({head}) => LOOKS[head],
  x: {column: "width", label: "channels of the head", log: true},
  y: {column: "right", label: "share of numbers decided rightly"},
  interval: ({rightLow: low, rightHigh: high}) => (low === null || high === null ? undefined : [low, high]),
  finding: ({rows}) => triplesFinding(rows),
});

/** The widest heads of both kinds, and the one that was not trained. */
export function triplesFinding(rows: readonly TripleRow[]): string {
  const best = (head: string) =>
    rows
      .filter((row) => row.head === head && row.seed === ALL_SEEDS)
      .toSorted((a, b) => (b.width ?? 0) - (a.width ?? 0))[0] as TripleRow | undefined;
  const percent = ({right}: TripleRow) => `${numberText(100 * right, 3)} %`;
  const [tensor, softmax, written] = ["tensor, trained", "softmax, trained", "tensor, written down"].map(
    best,
  );
  const parts = [
    tensor &&
      `A trained tensor head of ${tensor.width} channels decides ${percent(tensor)} of the numbers rightly`,
    softmax && `a softmax head trained alike, of ${softmax.width} channels, ${percent(softmax)}`,
    written && `a tensor head whose weights are written down, of ${written.width}, ${percent(written)}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0
    ? "No head is chosen."
    : `${parts.join("; ")}. Lines are 95 % intervals over lists of numbers, of three trained heads each.`;
}
