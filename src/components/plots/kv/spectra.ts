import type {spectra} from "../../../lib/experiments/kv/spectra.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Series} from "../chart-spec.js";
import type {Family} from "../palette.js";
import {ORDERS} from "../row-names.js";
import {grouped} from "../series.js";

type SpectraFigure = FigureOf<typeof spectra>;
export type SpectrumRow = Parameters<SpectraFigure["key"]>[0];

const ENERGY = 0.95;

/** The colour of a group size. */
export const groupFamily = (groupSize: number): Family =>
  groupSize === 1 ? "svd" : (`xkv-${groupSize}` as Family);

/** Keys: what is kept by so many components a layer, for every group size. */
export const keySpectra: SpectraFigure = sideFigure("keys", "How many components do the keys need?");

/** Values, whose directions are more. */
export const valueSpectra: SpectraFigure = sideFigure("values", "And the values?");

function sideFigure(side: string, question: string): SpectraFigure {
  return {
    key: (row) => `${row.side} ${row.order} ${row.groupSize} ${row.component}`,
    draw(rows) {
      const own = rows.filter((row) => row.side === side);
      const series = ORDERS.flatMap((order) =>
        Array.from(
          grouped(
            own.filter((row) => row.order === order),
            ({groupSize}) => String(groupSize),
          ).values(),
          (members) => lineOf(members),
        ),
      );
      return {
        question,
        finding: finding(own, side),
        x: {label: "components for each layer", log: true, ticks: [1, 2, 4, 8, 16, 32, 64]},
        y: {label: "squared length lost", unit: "%", log: true},
        better: "bottom left",
        series,
      };
    },
  };
}

/** Enough of them for a line, few enough for their marks to stand apart. */
const SHOWN = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
/** Per cent: less than this is nothing to see. */
const LEAST = 0.1;

/** Means over the groups of a size, at whole components for each layer. */
function lineOf(rows: readonly SpectrumRow[]): Series {
  const {side, order, groupSize} = rows[0];
  const groups = new Set(rows.map(({first}) => first)).size;
  const shuffled = order !== ORDERS[0];
  const byComponent = grouped(
    rows.filter(({component}) => SHOWN.includes(component / groupSize)),
    ({component}) => String(component),
  );
  const layers = groupSize === 1 ? "alone" : `${groupSize} together`;
  const name = `${layers}${shuffled ? ", shuffled" : ""}`;
  const points = Array.from(byComponent.values(), (members) => ({
    key: `${side} ${order} ${groupSize} ${members[0].component}`,
    label: `${name}, ${members[0].component / groupSize} for each layer`,
    x: members[0].component / groupSize,
    y: 100 - (100 * members.reduce((sum, {kept}) => sum + kept, 0)) / groups,
  })).filter(({y}) => y >= LEAST);
  const family = shuffled ? "shuffled" : groupFamily(groupSize);
  return {name, family, provenance: "measured", join: "line", points};
}

function finding(rows: readonly SpectrumRow[], side: string): string {
  const sizes = [...new Set(rows.map(({groupSize}) => groupSize))];
  const largest = Math.max(...sizes);
  const needs = (groupSize: number, order: string) =>
    numberText(needed(rows.filter((row) => row.groupSize === groupSize && row.order === order)), 3);
  return `${numberText(100 * ENERGY)} % of the squared length of ${side} take ${needs(1, ORDERS[0])} components in a layer alone, ${needs(largest, ORDERS[0])} for each layer with ${largest} together, and ${needs(largest, ORDERS[1])} when each layer's tokens are shuffled, so that only the text's shortness is left to share. Means over layers.`;
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
