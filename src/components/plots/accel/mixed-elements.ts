import type {mixedElements} from "../../../lib/experiments/accel/mixed-elements.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";

/** Rows of the experiment on arrays of elements. */
export type MixedRow = RowOf<typeof mixedElements>;

const LOOKS: Readonly<Record<string, Look>> = {
  fp16: {family: "baseline", shade: 0},
  dequantized: {family: "baseline", shade: 2},
  int8: {family: "baseline", shade: 4},
  narrow: {family: "int", shade: 0},
  "mixpe-w4a8": {family: "machine", shade: 0},
  "mixpe-w4a16": {family: "machine", shade: 2},
};

const series = ({element, label}: MixedRow) => ({
  name: label,
  ...(LOOKS[element] ?? ({family: "machine", shade: 4} as const)),
});

const key = ({element, groupSize}: MixedRow) => `${element} ${groupSize}`;
const label = ({label, groupSize}: MixedRow) => `${label}, groups of ${groupSize}`;
const x = {column: "groupSize", label: "weights under one scale", log: true} as const;

/** The group size at which elements are compared in words. */
const COMPARED = 128;

/** The row of an element at groups of 128, or what comes first. */
export const mixedRow = (rows: readonly MixedRow[], element: string): MixedRow | undefined => {
  const own = rows.filter((row) => row.element === element);
  return own.find(({groupSize}) => groupSize === COMPARED) ?? own[0];
};

/** The ratio of a quantity of one element to that of MixPE's integers; undefined where one of them is not chosen. */
export function timesMixPe(
  rows: readonly MixedRow[],
  element: string,
  column: "cycles" | "energy",
): number | undefined {
  const [rival, own] = [mixedRow(rows, element), mixedRow(rows, "mixpe-w4a8")];
  return rival === undefined || own === undefined ? undefined : rival[column] / own[column];
}

/** A finding on MixPE's integers beside rivals. */
function besideRivals(rows: readonly MixedRow[], column: "cycles" | "energy", more: string): string {
  const told = (
    [
      ["dequantized", "dequantizing first"],
      ["int8", "INT8 elements"],
      ["narrow", "multipliers as narrow as the weights"],
    ] as const
  ).flatMap(([element, name]) => {
    const ratio = timesMixPe(rows, element, column);
    return ratio === undefined ? [] : [`${name} ${numberText(ratio, 3)}`];
  });
  const own = mixedRow(rows, "mixpe-w4a8");
  if (own === undefined || told.length === 0) return "Neither MixPE's integers nor a rival are chosen.";
  return `Modelled with groups of ${own.groupSize}, in multiples of ${more} of MixPE's integers: ${told.join(", ")}.`;
}

/** Energy for a product over the group size. */
export const mixedEnergyFigure = linesFigure<typeof mixedElements>({
  experiment: "accel/mixed-elements",
  question: "How much energy does a product take?",
  key,
  label,
  series,
  x,
  y: {column: "energy", provenance: "modelled", label: "energy of a product", unit: "pJ", log: true},
  finding: ({rows}) => besideRivals(rows, "energy", "the energy"),
});

/** Cycles over the group size. */
export const mixedCyclesFigure = linesFigure<typeof mixedElements>({
  experiment: "accel/mixed-elements",
  question: (_, {equalArea, side}) =>
    equalArea
      ? `How many cycles does a matrix product take on the area of ${side} x ${side} INT8 elements?`
      : `How many cycles does a matrix product take on ${side} x ${side} elements?`,
  key,
  label,
  series,
  x,
  y: {column: "cycles", provenance: "modelled", label: "cycles", log: true},
  finding: ({rows}) => besideRivals(rows, "cycles", "the cycles"),
});

/** Error of the weights over energy, a mark for each group size. */
export const mixedErrorFigure = linesFigure<typeof mixedElements>({
  experiment: "accel/mixed-elements",
  question: "How far off are the weights that an element reads?",
  // Dequantized weights and narrow multipliers read the same integers as MixPE.
  drawn: (rows) =>
    rows.filter(({element, error}) => error !== null && element !== "dequantized" && element !== "narrow"),
  key,
  label,
  series,
  x,
  y: {column: "error", label: "squares of the error, of the weights", log: true},
  finding({rows}) {
    const ints = rows
      .filter(({element}) => element === "mixpe-w4a8")
      .toSorted((a, b) => a.groupSize - b.groupSize);
    const [least, most] = [ints[0], ints[ints.length - 1]];
    if (least?.error == null || most?.error == null) return "MixPE's integers are not chosen.";
    return `Measured on a trained model: from groups of ${least.groupSize} to groups of ${most.groupSize} the error grows ${numberText(most.error / least.error, 2)} times, while an array's energy falls by ${numberText(100 * (1 - most.energy / least.energy), 2)} %.`;
  },
});
