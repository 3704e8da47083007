import type {tableTiles} from "../../../lib/experiments/accel/table-tiles.js";
import {numberText} from "../../kit/text/number-text.js";
import type {Series} from "../chart/chart-spec.js";
import {linesFigure} from "../figure.js";
import type {Drawn, RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";
import {level} from "../series.js";

/** Rows of the experiment on tiles of tables. */
export type TileRow = RowOf<typeof tableTiles>;

const shapeRows = (rows: readonly TileRow[]) => rows.filter(({kind}) => kind === "shape");
const shapeKey = ({rows, columns, inputs}: TileRow) => `${rows} x ${columns} x ${inputs}`;

/** Shades by the inputs of a table. */
const SHADES: Readonly<Record<number, number>> = {2: 2, 4: 0, 8: 4};

/** The shape of least area, or of least energy, for tables over so many inputs. */
export const leastTile = (
  rows: readonly TileRow[],
  inputs: number,
  column: "area" | "energy",
): TileRow | undefined =>
  shapeRows(rows)
    .filter((row) => row.inputs === inputs)
    .toSorted((a, b) => (a[column] ?? 0) - (b[column] ?? 0))[0];

const leastOfAll = (rows: readonly TileRow[], column: "area" | "energy") =>
  shapeRows(rows).toSorted((a, b) => (a[column] ?? 0) - (b[column] ?? 0))[0];

const shapeText = ({rows, columns, inputs}: TileRow) =>
  `${rows} rows, ${columns} columns and ${inputs} inputs`;

const shapes = {
  experiment: "accel/table-tiles",
  drawn: shapeRows,
  key: shapeKey,
  label: ({rows, columns, inputs}: TileRow) => `M ${rows}, N ${columns}, K ${inputs}`,
  series: ({inputs}: TileRow) => ({
    name: `tables over ${inputs} inputs`,
    family: "machine" as const,
    shade: SHADES[inputs ?? 0] ?? 6,
  }),
  x: {column: "columns", label: "columns of a tile, N", log: true},
} as const;

/** A level line at the least cost, named by its shape. */
const leastLine =
  (column: "area" | "energy") =>
  ({rows, points}: Drawn<TileRow>): Series[] => {
    const least = leastOfAll(rows, column);
    return least === undefined
      ? []
      : level(`least: ${shapes.label(least)}`, "modelled", least[column] ?? 0, points);
  };

/** Cost of a tile with one column, of that of the least one over as many inputs. */
function oneColumn(rows: readonly TileRow[], column: "area" | "energy"): string {
  const least = leastOfAll(rows, column);
  const one = shapeRows(rows).find((row) => row.inputs === least.inputs && row.columns === 1);
  return numberText((one?.[column] ?? Number.NaN) / (least[column] ?? Number.NaN), 2);
}

/** Area for a product a cycle over the columns of a tile, at a fixed number of products. */
export const tileAreaFigure = linesFigure<typeof tableTiles>({
  ...shapes,
  question: (_, {products}) => `How much area does a product take in a tile of ${products}?`,
  y: {column: "area", provenance: "modelled", label: "area for a product a cycle", unit: "µm²", log: true},
  guides: leastLine("area"),
  finding({rows}, {products, bits}) {
    const least = leastOfAll(rows, "area");
    return `Modelled, weights of ${bits} ${bits === 1 ? "bit" : "bits"}: of all tiles with ${products} products that of ${shapeText(least)} is smallest; with one column it is ${oneColumn(rows, "area")} times as large.`;
  },
});

/** Energy of a product over the columns of a tile. */
export const tileEnergyFigure = linesFigure<typeof tableTiles>({
  ...shapes,
  question: (_, {products}) => `How much energy does a product take in a tile of ${products}?`,
  y: {column: "energy", provenance: "modelled", label: "energy of a product", unit: "pJ", log: true},
  guides: leastLine("energy"),
  finding({rows}) {
    const least = leastOfAll(rows, "energy");
    return `Modelled: least energy, ${numberText(least.energy ?? Number.NaN, 2)} pJ, has the tile of ${shapeText(least)}; with one column it takes ${oneColumn(rows, "energy")} times as much, since a table then serves one column alone.`;
  },
});

const WAYS: Readonly<Record<string, Look & {readonly name: string}>> = {
  dequantize: {name: "dequantized, FP16 multipliers", family: "baseline", shade: 0},
  int8: {name: "INT8 multipliers", family: "baseline", shade: 4},
  "full table": {name: "tables of 16 entries", family: "machine", shade: 2},
  "half table": {name: "half tables, signs offline", family: "machine", shade: 0},
};

/** The row of a way at a width of a weight. */
export const wayRow = (rows: readonly TileRow[], way: string, bits: number): TileRow =>
  rows.find((row) => row.kind === "bits" && row.way === way && row.bits === bits)!;

/** Cycles of a layer at equal area over the bits of a weight. */
export const tileCyclesFigure = linesFigure<typeof tableTiles>({
  experiment: "accel/table-tiles",
  question: "How many cycles does a layer take on a square millimetre?",
  drawn: (rows) => rows.filter(({kind}) => kind === "bits"),
  key: ({way, bits}) => `${way} ${bits}`,
  label: ({way, bits}) => `${WAYS[way]?.name ?? way}, ${bits} bits`,
  series: ({way}) => WAYS[way] ?? {name: way, family: "machine", shade: 6},
  x: {column: "bits", label: "bits of a weight"},
  y: {column: "cycles", provenance: "modelled", label: "cycles of a layer for 512 tokens", log: true},
  finding(_, _params, all) {
    const times = (way: string, bits: number) =>
      numberText((wayRow(all, way, bits).cycles ?? 0) / (wayRow(all, "half table", bits).cycles ?? 0), 3);
    return `Modelled at equal area, half tables are ${times("dequantize", 1)} times as fast as FP16 multipliers with weights of one bit and ${times("dequantize", 4)} times with four; INT8 multipliers are ${times("int8", 1)} and ${times("int8", 4)} times behind.`;
  },
});
