/** Units that multiply tiles of M rows, N columns and K inputs, by tables or by multipliers. (LUT Tensor Core, arXiv:2408.06003) */

import {requireInteger} from "../../tensor/require.js";
import {areaOf, type CircuitPrices, type Unit, type Units} from "../circuit.js";

/** A tile that a unit takes at once: every row of inputs meets every column of weights. */
export interface TileShape {
  readonly rows: number;
  readonly columns: number;
  /** Inputs of a sum: for tables those that share one. */
  readonly inputs: number;
}

/**
 * A way to multiply a tile: dequantized weights and multipliers of 16 bits, multipliers of 8 bits, tables of every sum that
 * are built beside it, or half of these, whose signs the weights bring and which are built elsewhere.
 */
export type TileWay = (typeof TILE_WAYS)[number];

/** All ways, the plainest first. */
export const TILE_WAYS = ["dequantize", "int8", "full table", "half table"] as const;

/** A unit for tiles. */
export interface TileUnit extends TileShape {
  readonly way: TileWay;
  /** Planes of a weight, which tables take one a cycle. */
  readonly weightBits: number;
}

/** Bits of a sum of a result. */
const SUM_BITS = 24;
/** Bits of an input, where inputs are integers, and of an entry of half a table. */
const BYTE = 8;

/**
 * Entries of a table over so many inputs: one for each choice of signs, or half as many where the others mirror these.
 * (section 3.1)
 */
export const tableEntries = (inputs: number, way: "full table" | "half table"): number =>
  2 ** (way === "full table" ? inputs : inputs - 1);

/** Additions that make a table: each entry but the first is another one with one input's sign changed. */
export const buildAdditions = (inputs: number, way: "full table" | "half table"): number =>
  inputs + tableEntries(inputs, way) - 1;

/** Bits of an entry: half a table is rounded to bytes, a full one holds sums of integers of 8 bits. */
export const entryBits = (inputs: number, way: "full table" | "half table"): number =>
  way === "half table" ? BYTE : BYTE + Math.ceil(Math.log2(inputs));

const isTable = (way: TileWay): way is "full table" | "half table" => way.endsWith("table");

/** @throws RangeError for sizes that no unit has. */
export function requireUnit({rows, columns, inputs, way, weightBits}: TileUnit): void {
  requireInteger("tileUnit", "rows", rows, 1);
  requireInteger("tileUnit", "columns", columns, 1);
  requireInteger("tileUnit", "inputs", inputs, 1, isTable(way) ? 8 : 2 ** 16);
  requireInteger("tileUnit", "weightBits", weightBits, 1, 8);
}

/** Cycles of a tile: tables take a plane of its weights in each. */
export const tileCycles = ({way, weightBits}: TileUnit): number => (isTable(way) ? weightBits : 1);

const register = (part: string, bits: number, count: number): Units => ({
  part,
  unit: {kind: "register", bits},
  count,
});

/** Units of tables: an entry is chosen for every pair of a row and a column. */
function tableUnits(unit: TileUnit, way: "full table" | "half table"): Units[] {
  const {rows, columns, inputs, weightBits} = unit;
  const [entries, bits, pairs] = [tableEntries(inputs, way), entryBits(inputs, way), rows * columns];
  const choose: Unit = {kind: "choose", bits, entries};
  const own: Units[] =
    way === "half table"
      ? [{part: "choices", unit: {kind: "inverter", bits}, count: pairs}]
      : [
          {
            part: "building",
            unit: {kind: "add", bits},
            // New tables are needed when all planes have met the old ones.
            count: rows * Math.ceil(buildAdditions(inputs, way) / weightBits),
          },
        ];
  return [
    register("tables", bits, rows * entries),
    {part: "choices", unit: choose, count: pairs},
    ...own,
    {part: "sums", unit: {kind: "add", bits: SUM_BITS}, count: pairs},
    register("sums", SUM_BITS, pairs),
    register("weights", 1, columns * inputs),
  ];
}

/** Units of multipliers: a product for every pair and input, summed by a tree. */
function multiplierUnits({rows, columns, inputs}: TileUnit, way: "dequantize" | "int8"): Units[] {
  const [pairs, isFloat] = [rows * columns, way === "dequantize"];
  const bits = isFloat ? 16 : BYTE;
  const multiply: Unit = isFloat ? {kind: "fp16Multiply"} : {kind: "multiply", bits: [BYTE, BYTE]};
  const tree: Unit = isFloat ? {kind: "fp16Add"} : {kind: "add", bits: 2 * BYTE + 1};
  const last: Unit = isFloat ? {kind: "fp32Add"} : {kind: "add", bits: 32};
  const converters: Units[] = isFloat
    ? [{part: "building", unit: {kind: "fp16Multiply"}, count: columns * inputs}]
    : [];
  return [
    {part: "choices", unit: multiply, count: pairs * inputs},
    ...converters,
    {part: "sums", unit: tree, count: pairs * (inputs - 1)},
    {part: "sums", unit: last, count: pairs},
    register("sums", 32, pairs),
    register("tables", bits, rows * inputs),
    register("weights", bits, columns * inputs),
  ];
}

/** Units of a tile unit, each as often as it stands there. */
export const tileUnits = (unit: TileUnit): Units[] =>
  isTable(unit.way) ? tableUnits(unit, unit.way) : multiplierUnits(unit, unit.way);

/** Square micrometres by part: what holds inputs or their tables, what chooses or multiplies, what builds or converts, sums and weights. */
export interface TileArea {
  readonly tables: number;
  readonly choices: number;
  readonly building: number;
  readonly sums: number;
  readonly weights: number;
}

/** Area of a unit by part. @throws RangeError for sizes out of range. */
export function tileArea(unit: TileUnit, prices?: CircuitPrices): TileArea {
  requireUnit(unit);
  const units = tileUnits(unit);
  const of = (part: keyof TileArea) =>
    areaOf(
      units.filter((each) => each.part === part),
      prices,
    );
  return {
    tables: of("tables"),
    choices: of("choices"),
    building: of("building"),
    sums: of("sums"),
    weights: of("weights"),
  };
}

/** All of it, square micrometres. */
export const wholeTileArea = ({tables, choices, building, sums, weights}: TileArea): number =>
  tables + choices + building + sums + weights;

/** Products that a tile holds. */
export const tileProducts = ({rows, columns, inputs}: TileShape): number => rows * columns * inputs;

/** Square micrometres for one product a cycle: the inverse of the density of computing. */
export const areaPerProduct = (unit: TileUnit, prices?: CircuitPrices): number =>
  (wholeTileArea(tileArea(unit, prices)) * tileCycles(unit)) / tileProducts(unit);
