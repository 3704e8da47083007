import type {smash} from "../../../lib/experiments/sparse/smash.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

/** Rows of the experiment on sparse products. */
export type SmashRow = RowOf<typeof smash>;

const SERIES: Readonly<Record<string, {family: "baseline" | "sparse"; shade: 0 | 2}>> = {
  "high bits": {family: "sparse", shade: 2},
  "low bits": {family: "sparse", shade: 0},
  multiplied: {family: "baseline", shade: 0},
};

/** The row of a hash at the highest load. */
export const fullest = (rows: readonly SmashRow[], hash: string): SmashRow =>
  rows.filter((row) => row.hash === hash).toSorted((a, b) => b.load - a.load)[0];

/** Slots looked at over the load of the table. */
export const looksFigure = linesFigure<typeof smash>({
  experiment: "sparse/smash",
  question: "How many slots are looked at for a partial product?",
  key: ({hash, fill}) => `${hash}, ${fill}`,
  series: ({hash}) => ({name: hash, ...(SERIES[hash] ?? ({family: "sparse", shade: 2} as const))}),
  x: {column: "load", label: "slots taken at the end of a window, %"},
  y: {column: "looks", label: "slots looked at per partial product", log: true},
  finding({rows}, {matrix}) {
    const [high, low, multiplied] = ["high bits", "low bits", "multiplied"].map((hash) =>
      fullest(rows, hash),
    );
    return `${matrix === "pruned weights" ? "Pruned weights" : `${matrix} matrix`}: at ${numberText(low.load, 2)} % of the slots taken, a partial product looks at ${numberText(high.looks, 3)} slots where the search begins by high bits, at ${numberText(low.looks, 3)} by low bits, and at ${numberText(multiplied.looks, 3)} where the key is multiplied first.`;
  },
});
