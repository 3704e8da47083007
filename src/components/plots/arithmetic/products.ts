import type {products} from "../../../lib/experiments/arithmetic/products.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {isFamily, seriesBy} from "../palette.js";

/** A row of the experiment. */
export type ProductRow = RowOf<typeof products>;

/** Error in all against the operations that a weight takes. */
export const productsFigure = linesFigure<typeof products>({
  experiment: "arithmetic/products",
  question: "How much work is a product without a multiplier, and how far off is it?",
  key: ({arithmetic, bits}) => `${arithmetic} ${bits}`,
  label: ({label, bits}) => `${label}, ${bits} ${bits === 1 ? "bit" : "bits"}`,
  series: seriesBy(
    ({label}) => label,
    ({family}) => (isFamily(family) ? family : "machine"),
  ),
  x: {column: "operations", label: "operations for a weight"},
  y: {column: "error", label: "squares of the error, of the result", log: true},
  better: "bottom left",
  merits: "less work, smaller error",
  finding: ({rows}) => productsFinding(rows),
});

/** Products that add no error of their own, and the least work among those of so small an error. */
export function productsFinding(rows: readonly ProductRow[]): string {
  if (rows.length === 0) return "No product is chosen.";
  const added = rows.filter(({arithmeticError}) => arithmeticError > 1e-12);
  const exact = new Set(rows.filter((row) => !added.includes(row)).map(({label}) => label));
  const inexact = [...new Set(added.map(({label}) => label))];
  const near = rows.filter(({error}) => error < 0.01).toSorted((a, b) => a.operations - b.operations);
  const own = `${exact.size} of ${exact.size + inexact.length} products lose nothing beyond the rounding of weights and inputs${inexact.length === 0 ? "" : `; ${inexact.join(" and ")} ${inexact.length === 1 ? "adds" : "add"} an error of ${inexact.length === 1 ? "its" : "their"} own`}.`;
  const [first] = near;
  if (first === undefined) return own;
  return `${own} For an error below one in a hundred ${first.label} with ${first.bits} bits does least: ${numberText(first.operations, 3)} operations for a weight.`;
}
