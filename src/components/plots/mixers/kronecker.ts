import type {kroneckerExperiment} from "../../../lib/experiments/mixers/kronecker.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

/** A row of the experiment's main table. */
export type PolynomialRow = RowOf<typeof kroneckerExperiment>;

const NAMES: Readonly<Record<string, string>> = {taylor: "Taylor", chebyshev: "Chebyshev"};
/** Errors below this are rounding. */
const ROUNDING = 1e-15;

const nameOf = ({kind, degree}: PolynomialRow) => `${NAMES[kind] ?? kind}, degree ${degree}`;

/** Error of polynomials against the largest entry. */
export const polynomialFigure = linesFigure<typeof kroneckerExperiment>({
  experiment: "mixers/kronecker",
  question: "How large may entries be?",
  drawn: (rows) => rows.filter(({kind}) => kind === drawnKind(rows)),
  key: ({kind, degree, bound}) => `${kind} ${degree} ${bound}`,
  label: (row) => `${nameOf(row)}, entries up to ${row.bound}`,
  series: ({degree}, all) => ({
    name: `degree ${degree}`,
    family: "tokens",
    shade: degreesOf(all).indexOf(degree),
  }),
  x: {column: "bound", label: "largest entry of queries and keys"},
  y: {
    column: "error",
    label: "largest error of the output",
    log: true,
    of: ({error}) => Math.max(error, ROUNDING),
  },
  interval: ({errorLow, errorHigh}) => [Math.max(errorLow, ROUNDING), Math.max(errorHigh, ROUNDING)],
  finding: (_, __, all) => polynomialFinding(all),
});

const degreesOf = (rows: readonly PolynomialRow[]): readonly number[] =>
  [...new Set(rows.map(({degree}) => degree))].toSorted((a, b) => a - b);

/** Taylor's lines, unless they are not among the rows. */
const drawnKind = (rows: readonly PolynomialRow[]): string | undefined =>
  (rows.find(({kind}) => kind === "taylor") ?? rows[0])?.kind;

/** The highest degree's error for small and large entries, beside that of the other polynomial, and its cost. */
export function polynomialFinding(rows: readonly PolynomialRow[]): string {
  const kind = drawnKind(rows);
  const degree = rows.reduce((most, row) => Math.max(most, row.degree), 0);
  const bound = rows.reduce((most, row) => Math.max(most, row.bound), 0);
  const of = (own: string | undefined, entries: number) =>
    rows.find((row) => row.kind === own && row.degree === degree && row.bound === entries);
  const [one, large, other] = [of(kind, 1), of(kind, bound), of("chebyshev", bound)];
  if (one === undefined || large === undefined) return "Lines span three heads of random entries.";
  const beside =
    other && other !== large
      ? ` (Chebyshev's, which keeps the worst case small, ${numberText(other.error, 2)})`
      : "";
  return `With entries up to ${one.bound} a polynomial of degree ${degree} errs by ${numberText(Math.max(one.error, ROUNDING), 1)}, with entries up to ${large.bound} by ${numberText(large.error, 2)}${beside}. It has ${groupedDigits(String(large.terms))} terms and takes ${numberText(large.operations / large.exactOperations, 2)} times the operations of the exact sum of so short a text. Lines span three heads of random entries.`;
}
