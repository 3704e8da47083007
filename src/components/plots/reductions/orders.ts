import type {orders} from "../../../lib/experiments/reductions/orders.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

/** A row of the experiment's main table. */
export type OrderRow = RowOf<typeof orders>;

const nameOf = ({label}: OrderRow) => label;

/** Differences from plain softmax against the exponentials that an order computes. */
export const ordersFigure = marksFigure<typeof orders>({
  experiment: "reductions/orders",
  question: "What does another order cost, and what does it change?",
  key: ({model, order}) => `${model} ${order}`,
  label: nameOf,
  series: seriesBy(nameOf, ({family}) => (family === "baseline" ? "baseline" : "machine")),
  x: {column: "exponentials", label: "exponentials a row"},
  y: {column: "error", label: "difference from plain softmax in float64", log: true},
  interval: ({errorLow: low, errorHigh: high}) => (low === null || high === null ? undefined : [low, high]),
  better: "bottom left",
  merits: "fewer exponentials, smaller difference",
  labelled: ({points}) => points.map(({key}) => key),
  finding: ({rows}, {reach}) => ordersFinding(rows, reach),
});

/** The largest difference, and how often the unified maximum had to begin anew. */
export function ordersFinding(rows: readonly OrderRow[], reach: number): string {
  if (rows.length === 0) return "No order is chosen.";
  const worst = rows.reduce((a, b) => (b.worst > a.worst ? b : a));
  const same = `No order differs from plain softmax in float64 by more than ${numberText(worst.worst, 2)} of the largest value (${worst.label}, ${worst.precision}).`;
  const unified = rows.find(({order}) => order === "unified-max");
  if (unified === undefined) return same;
  return `${same} With a reach of ${numberText(reach, 3)} the unified maximum computes ${numberText(100 * unified.recomputed, 3)} % of the rows anew.`;
}
