import {tableFromIPC} from "@uwdata/flechette";
import type {SweepRow} from "../../lib/experiment/sweep.js";

/** The rows of a table that came with the site; `setting` says to which setting of the sweep each belongs. */
export function readShippedTable(bytes: ArrayBuffer): SweepRow[] {
  return tableFromIPC(bytes, {useProxy: false}).toArray() as SweepRow[];
}
