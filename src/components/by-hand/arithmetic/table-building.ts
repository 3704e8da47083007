import {apart, numberText} from "../../kit/text/number-text.js";
import type {TileRow} from "../../plots/accel/table-tiles.js";
import {type NumberTable, numberTable} from "../mixers/number-table.js";

/** Bytes and additions of tables by the place where they are built. */
export const buildingTable = (rows: readonly TileRow[]): HTMLElement => numberTable(buildingOf(rows));

/** The same as data. */
export function buildingOf(rows: readonly TileRow[]): NumberTable {
  const places = rows.filter(({kind}) => kind === "building");
  const of = (way: string) => places.find((row) => row.way === way)!;
  const [each, own, fused] = [
    of("in each unit"),
    of("an operator of its own"),
    of("fused with the operator before"),
  ];
  const times = (a: number | null, b: number | null) => numberText((a ?? 0) / (b ?? 1), 3);
  return {
    question: "Where should tables be built?",
    finding: `Built by an operator of their own, tables move ${times(own.bytes, fused.bytes)} times the bytes of those that the operator before writes in place of its results. Built in each unit they move ${each.bytes === fused.bytes ? "" : `${times(each.bytes, fused.bytes)} times `}as many, and take ${times(each.additions, fused.additions)} times the additions.`,
    label: "Inputs and tables of a layer for 512 tokens by the place where tables are built",
    head: ["tables are built", "bytes", "additions"],
    body: places.map(({way, bytes, additions}) => [way, apart(bytes ?? 0), apart(additions ?? 0)]),
  };
}
