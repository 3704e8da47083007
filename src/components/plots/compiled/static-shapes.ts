import type {staticShapes} from "../../../lib/experiments/compiled/static-shapes.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

/** A row of the experiment. */
export type ShapeRow = RowOf<typeof staticShapes>;

const isFixed = ({way}: ShapeRow) => way === "fixed";
const nameOf = (row: ShapeRow) => (isFixed(row) ? "fixed shapes" : "growing cache");

const common = {
  experiment: "compiled/static-shapes",
  key: ({way, compiledLength}: ShapeRow) => `${way} ${compiledLength}`,
  label: (row: ShapeRow) =>
    `${nameOf(row)}, compiled for ${groupedDigits(String(row.compiledLength))} tokens`,
  series: (row: ShapeRow) =>
    isFixed(row)
      ? ({name: nameOf(row), family: "machine"} as const)
      : ({name: nameOf(row), family: "baseline"} as const),
  x: {column: "compiledLength", label: "compiled length", unit: "tokens", log: true},
} as const;

/** Fixed and growing rows at the largest compiled length. */
export function atLongest(rows: readonly ShapeRow[]): {
  readonly fixed: ShapeRow | undefined;
  readonly growing: ShapeRow | undefined;
} {
  const longest = rows.reduce((most, {compiledLength}) => Math.max(most, compiledLength), 0);
  const at = rows.filter(({compiledLength}) => compiledLength === longest);
  return {fixed: at.find(isFixed), growing: at.find((row) => !isFixed(row))};
}

/** Operations of a token against the compiled length. */
export const operationsFigure = linesFigure<typeof staticShapes>({
  ...common,
  question: "What does a token cost if every shape is fixed beforehand?",
  y: {column: "operations", provenance: "modelled", label: "operations for a token"},
  finding: ({rows}) => operationsFinding(rows),
});

/** Bytes of keys and values that a token reads against the compiled length. */
export const cacheReadsFigure = linesFigure<typeof staticShapes>({
  ...common,
  question: "How much of the cache does a token read?",
  y: {
    column: "readBytes",
    provenance: "modelled",
    label: "keys and values read for a token",
    unit: "bytes",
    log: true,
  },
  finding: ({rows}) => readsFinding(rows),
});

/**
 * Keys and values read with fixed shapes, of those read with a growing cache, which reads its prompt in one run; and the same if
 * both read it token by token.
 */
export function timesRead(rows: readonly ShapeRow[]): {readonly times: number; readonly singly: number} {
  const {fixed, growing} = atLongest(rows);
  const [own, other] = [fixed, growing].map((row) => row?.readBytes ?? Number.NaN);
  return {times: own / other, singly: 1 / (1 - (fixed?.unused ?? Number.NaN))};
}

function operationsFinding(rows: readonly ShapeRow[]): string {
  const {fixed, growing} = atLongest(rows);
  if (fixed === undefined || growing === undefined) return "No compiled length is chosen.";
  const same = rows.every(({equal}) => equal === 1)
    ? "Every written token is the same as with a growing cache"
    : "Some written tokens differ from those with a growing cache";
  return `${same}. Compiled for ${groupedDigits(String(fixed.compiledLength))} tokens, a text of ${fixed.tokens} takes ${numberText(fixed.operations / growing.operations, 3)} times the operations; ${numberText(100 * fixed.unused, 3)} % of the places multiplied hold nothing that a token sees.`;
}

function readsFinding(rows: readonly ShapeRow[]): string {
  const {fixed, growing} = atLongest(rows);
  if (fixed === undefined || growing === undefined) return "No compiled length is chosen.";
  const {times, singly} = timesRead(rows);
  return `Compiled for ${groupedDigits(String(fixed.compiledLength))} tokens, a token reads ${numberText(times, 3)} times as many bytes of keys and values, and writes as many again to shift them. The growing cache reads its prompt in one run; if both read it token by token it would be ${numberText(singly, 3)} times.`;
}
