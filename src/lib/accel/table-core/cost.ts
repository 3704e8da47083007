/** Energy, cycles, work and traffic of products on units for tiles. (LUT Tensor Core, arXiv:2408.06003) */

import {requireInteger} from "../../tensor/require.js";
import {type CircuitPrices, energyOf, SMALL_BUFFER_ENERGY, type Units} from "../circuit.js";
import {
  buildAdditions,
  entryBits,
  requireUnit,
  type TileShape,
  type TileUnit,
  tableEntries,
  tileArea,
  tileCycles,
  tileProducts,
  tileUnits,
  wholeTileArea,
} from "./tile.js";

/** Picojoules of a tile by part: work of the unit, and bytes that come from the buffer. */
export interface TileEnergy {
  readonly tables: number;
  readonly choices: number;
  readonly building: number;
  readonly sums: number;
  readonly weights: number;
  readonly buffer: number;
}

/** Times that a part works while a tile takes its cycles: tables come once, all else in each cycle. */
const workings = (part: string, unit: TileUnit): number =>
  part === "tables" || part === "building" ? 1 : tileCycles(unit);

/** Numbers that are added, converted or written when the part works: tables are built by as many additions as they need. */
function workOf(units: Units, {way, rows, inputs}: TileUnit): number {
  return units.part === "building" && way === "full table" ? rows * buildAdditions(inputs, way) : units.count;
}

/** Bytes from the buffer for a tile: planes of the weights, and inputs, or tables that were built elsewhere. */
function bufferBytes({rows, columns, inputs, way, weightBits}: TileUnit): number {
  const weights = (columns * inputs * (way === "int8" ? 8 : weightBits)) / 8;
  const byRow = {
    dequantize: 2 * inputs,
    int8: inputs,
    "full table": inputs,
    "half table": (tableEntries(inputs, "half table") * entryBits(inputs, "half table")) / 8,
  };
  return weights + rows * byRow[way];
}

/** Energy of a tile by part. Wires are not in it. @throws RangeError for sizes out of range. */
export function tileEnergy(
  unit: TileUnit,
  {
    bufferPicojoules = SMALL_BUFFER_ENERGY.value,
    prices,
  }: {bufferPicojoules?: number; prices?: CircuitPrices} = {},
): TileEnergy {
  requireUnit(unit);
  const units = tileUnits(unit).map((each) => ({
    ...each,
    count: workOf(each, unit) * workings(each.part, unit),
  }));
  const of = (part: string) =>
    energyOf(
      units.filter((each) => each.part === part),
      prices,
    );
  return {
    tables: of("tables"),
    choices: of("choices"),
    building: of("building"),
    sums: of("sums"),
    weights: of("weights"),
    buffer: bufferBytes(unit) * bufferPicojoules,
  };
}

/** All of it, picojoules. */
export const tilePicojoules = ({tables, choices, building, sums, weights, buffer}: TileEnergy): number =>
  tables + choices + building + sums + weights + buffer;

/** Shapes of as many products with so many inputs of a sum: powers of two, the fewest columns first. */
export function shapesOf(products: number, inputs: number): TileShape[] {
  requireInteger("shapesOf", "products", products, 1);
  const pairs = products / inputs;
  const shapes: TileShape[] = [];
  for (let columns = 1; columns <= pairs; columns *= 2) {
    if (Number.isInteger(pairs / columns)) shapes.push({rows: pairs / columns, columns, inputs});
  }
  return shapes;
}

/**
 * Columns for a row at which a unit of half tables is smallest: area of a row's table over that of a column's weights.
 * With P pairs of rows and columns, tables take P / N and weights N of these; choices and sums are the same for all shapes.
 */
export function columnsPerRow(inputs: number, prices?: CircuitPrices): number {
  const one: TileUnit = {rows: 1, columns: 1, inputs, way: "half table", weightBits: 1};
  const {tables, weights} = tileArea(one, prices);
  return tables / weights;
}

/** A whole product: rows of inputs, columns of results, inputs of a sum. */
export type WholeShape = TileShape;

/** Cycles of a product on one unit. @throws RangeError for sizes out of range. */
export function unitCycles(unit: TileUnit, {rows, columns, inputs}: WholeShape): number {
  requireUnit(unit);
  const tiles =
    Math.ceil(rows / unit.rows) * Math.ceil(columns / unit.columns) * Math.ceil(inputs / unit.inputs);
  return tiles * tileCycles(unit);
}

/** Square micrometres times cycles of a product: cost that neither a larger nor a slower unit hides. */
export const areaCycles = (unit: TileUnit, shape: WholeShape, prices?: CircuitPrices): number =>
  wholeTileArea(tileArea(unit, prices)) * unitCycles(unit, shape);

/** Operations of a product by tables. */
export interface TableWork {
  readonly lookups: number;
  /** Additions that build the tables. */
  readonly building: number;
  /** Additions of entries to results, and one for the zero point. */
  readonly additions: number;
  /** Additions of a row's inputs, for zero points. */
  readonly inputSums: number;
}

/** Operations of a product whose weights have `weightBits` planes, tables over `unit.inputs` built once for all columns. */
export function tableWork(
  {rows, columns, inputs}: WholeShape,
  unit: {readonly inputs: number; readonly weightBits: number; readonly way: "full table" | "half table"},
): TableWork {
  const groups = Math.ceil(inputs / unit.inputs);
  const lookups = rows * columns * unit.weightBits * groups;
  return {
    lookups,
    building: rows * groups * buildAdditions(unit.inputs, unit.way),
    additions: lookups + rows * columns,
    inputSums: rows * (inputs - 1),
  };
}

/** Places where tables are built: in each unit that needs them, by an operator of its own, or by the operator that makes the inputs. */
export type BuildPlace = (typeof BUILD_PLACES)[number];

/** All places. (section 3.2) */
export const BUILD_PLACES = [
  "in each unit",
  "an operator of its own",
  "fused with the operator before",
] as const;

/** Bytes and additions that inputs and their tables take from the operator that makes them to the product. */
export interface BuildTraffic {
  readonly bytes: number;
  readonly additions: number;
}

const FLOAT16_BYTES = 2;

/** Traffic of half tables by the place where they are built; units build anew for every tile of columns. */
export function buildTraffic(
  place: BuildPlace,
  shape: WholeShape,
  unit: Pick<TileUnit, "columns" | "inputs">,
): BuildTraffic {
  const {building} = tableWork(shape, {inputs: unit.inputs, weightBits: 1, way: "half table"});
  const entries = tableEntries(unit.inputs, "half table") * entryBits(unit.inputs, "half table");
  const tables = (shape.rows * Math.ceil(shape.inputs / unit.inputs) * entries) / 8;
  const inputs = shape.rows * shape.inputs * FLOAT16_BYTES;
  if (place === "in each unit")
    return {bytes: 2 * inputs, additions: building * Math.ceil(shape.columns / unit.columns)};
  const own = place === "an operator of its own" ? 2 * inputs : 0;
  return {bytes: own + 2 * tables, additions: building};
}

/** Picojoules for one product of a tile. */
export const picojoulesPerProduct = (
  unit: TileUnit,
  options?: {bufferPicojoules?: number; prices?: CircuitPrices},
): number => tilePicojoules(tileEnergy(unit, options)) / tileProducts(unit);
