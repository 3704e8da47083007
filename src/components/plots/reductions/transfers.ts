import type {transfers} from "../../../lib/experiments/reductions/transfers.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

/** A row of the experiment. */
export type TransferRow = RowOf<typeof transfers>;

const SHADES: Readonly<Record<string, number>> = {"products in tiles": 0, "fused, scores never leave": 1};

/** Numbers moved against the size of the fast memory. */
export const transfersFigure = linesFigure<typeof transfers>({
  experiment: "reductions/transfers",
  question: "How many numbers does attention move?",
  key: ({order, memory}) => `${order} ${memory}`,
  label: ({order, squares}) => `${order}, ${numberText(squares, 3)} squares of the head size`,
  series: ({order}) =>
    order in SHADES
      ? ({name: order, family: "machine", shade: SHADES[order]} as const)
      : ({name: order, family: "baseline"} as const),
  x: {column: "squares", label: "fast memory, in squares of the head size", log: true},
  y: {column: "moved", of: ({moved, formula}) => moved ?? formula, label: "numbers moved", log: true},
  better: "bottom left",
  merits: "smaller memory, less moved",
  finding: ({rows}) => transfersFinding(rows),
});

/** The memory from which fused attention moves less, among those that were run. */
export function transfersFinding(rows: readonly TransferRow[]): string {
  const of = (order: string, squares: number) =>
    rows.find((row) => row.order === order && row.squares === squares)?.moved ?? null;
  const sizes = rows
    .map(({squares}) => squares)
    .toSorted((a, b) => a - b)
    .filter((squares) => {
      const [fused, tiled] = [of("fused, scores never leave", squares), of("products in tiles", squares)];
      return fused !== null && tiled !== null && fused < tiled;
    });
  if (sizes.length === 0) return "Fused attention moves no less in any of these memories.";
  return `Fused attention moves less from a fast memory of ${numberText(sizes[0], 3)} squares of the head size on; in less memory, products in tiles do. The lowest line leaves a constant out: its slopes count, and they break at one square.`;
}
