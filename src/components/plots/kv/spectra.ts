import type {spectra} from "../../../lib/experiments/kv/spectra.js";
import {largest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {type Look, looksOf} from "../palette.js";
import {ORDERS} from "../row-names.js";
import {grouped} from "../series.js";

export type SpectrumRow = RowOf<typeof spectra>;

const ENERGY = 0.95;
/** Components for each layer: enough of them for a line, few enough for their marks to stand apart. */
const SHOWN = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
/** Per cent: less than this is nothing to see. */
const LEAST = 0.1;
/** Shades of the baseline that look grey, by how often the group is twice as large. */
const GREYS = [0, 8, 2, 4];

/** Colours of group sizes, from one layer alone on. */
export const groupLooks = (rows: readonly {readonly groupSize: number}[]) =>
  looksOf(
    rows,
    ({groupSize}) => String(groupSize),
    () => "layers",
  );

/** Keys: what is kept by so many components a layer, for every group size. */
export const keySpectra = sideFigure("keys", "How high a rank do the keys need?");

/** Values, whose directions are more. */
export const valueSpectra = sideFigure("values", "How high a rank do the values need?");

const isShuffled = ({order}: SpectrumRow) => order !== ORDERS[0];

/** Grey for shuffled groups, each size in a shape of its own. */
const shuffledLook = ({groupSize}: SpectrumRow): Look => ({
  family: "baseline",
  shade: GREYS[Math.round(Math.log2(groupSize))] ?? 0,
});

function nameOf(row: SpectrumRow): string {
  const layers = row.groupSize === 1 ? "alone" : `${row.groupSize} together`;
  return `${layers}${isShuffled(row) ? ", shuffled" : ""}`;
}

function sideFigure(side: string, question: string) {
  const own = (rows: readonly SpectrumRow[]) => rows.filter((row) => row.side === side);
  return linesFigure<typeof spectra>({
    experiment: "kv/spectra",
    question,
    drawn: (rows) => ORDERS.flatMap((order) => meansOf(own(rows).filter((row) => row.order === order))),
    key: (row) => `${row.side} ${row.order} ${row.groupSize} ${row.component}`,
    label: (row) => `${nameOf(row)}, ${row.component / row.groupSize} for each layer`,
    series: (row) => ({name: nameOf(row), ...(isShuffled(row) ? shuffledLook(row) : {family: "layers"})}),
    x: {
      column: "component",
      of: ({component, groupSize}) => component / groupSize,
      label: "rank for each layer",
      log: true,
      ticks: [1, 2, 4, 8, 16, 32, 64],
    },
    y: {column: "kept", of: lostOf, label: "squared length lost", unit: "%", log: true},
    better: "bottom left",
    merits: "lower rank, less lost",
    finding: (_, __, all) => finding(own(all), side),
  });
}

function lostOf({kept}: SpectrumRow): number | null {
  const lost = 100 - 100 * kept;
  return lost < LEAST ? null : lost;
}

/** Means over the groups of a size, at whole components for each layer. */
function meansOf(rows: readonly SpectrumRow[]): SpectrumRow[] {
  const shown = rows.filter(({component, groupSize}) => SHOWN.includes(component / groupSize));
  const places = grouped(shown, ({groupSize, component}) => `${groupSize} ${component}`);
  return Array.from(places.values(), (groups) => ({
    ...groups[0],
    kept: groups.reduce((sum, {kept}) => sum + kept, 0) / groups.length,
  }));
}

function finding(rows: readonly SpectrumRow[], side: string): string {
  const sizes = [...new Set(rows.map(({groupSize}) => groupSize))];
  const most = largest(sizes);
  const needs = (groupSize: number, order: string) =>
    numberText(needed(rows.filter((row) => row.groupSize === groupSize && row.order === order)), 3);
  return `${numberText(100 * ENERGY)} % of the squared length of ${side} take ${needs(1, ORDERS[0])} components in a layer alone, ${needs(most, ORDERS[0])} for each layer with ${most} together, and ${needs(most, ORDERS[1])} when each layer's tokens are shuffled, so that only the text's shortness is left to share. Means over layers.`;
}

/** Whole components for each layer that hold the share, on average over the groups. */
export function needed(rows: readonly SpectrumRow[]): number {
  const groups = Array.from(grouped(rows, ({first}) => String(first)).values());
  const each = groups.map((members) => {
    const enough = members.find(
      ({kept, component, groupSize}) => kept >= ENERGY && component % groupSize === 0,
    );
    return (enough?.component ?? 0) / (enough?.groupSize ?? 1);
  });
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}
