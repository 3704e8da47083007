// What reads alone: writing takes as much code again, and a page writes nothing before it is asked to.
import {tableFromIPC} from "@uwdata/flechette/src/decode/table-from-ipc.js";
import type {Described} from "../../../lib/experiment/described.js";
import {type Ran, ranFromText} from "../../../lib/experiment/ran.js";
import type {SweepRow} from "../../../lib/experiment/sweep.js";
import {definitionFrom} from "../../../lib/experiment/table.js";

/** A table that came with the site: the definition of its experiment, and the rows of its sweep. */
export interface ShippedTable {
  readonly definition: Described;
  readonly rows: readonly SweepRow[];
  /** Machine, date and seconds of each setting of the sweep; absent where the table was not made by a sweep. */
  readonly ran?: readonly Ran[];
}

/**
 * Reads the table of an experiment.
 * @throws TypeError if its metadata hold no definition.
 */
export function shippedTable(bytes: ArrayBuffer): ShippedTable {
  const metadata = tableFromIPC(bytes).schema.metadata ?? new Map();
  const ran = metadata.get("ran");
  return {
    definition: definitionFrom(metadata),
    rows: readShippedTable(bytes),
    ...(ran !== undefined && {ran: ranFromText(ran)}),
  };
}

/** The rows of a table that came with the site; `setting` is the place of their setting in the sweep. */
export function readShippedTable(bytes: ArrayBuffer): SweepRow[] {
  const table = tableFromIPC(bytes, {useProxy: false});
  const rows = table.toArray() as Record<string, unknown>[];
  for (const {name, type} of table.schema.fields) {
    // A list of numbers comes as a view of the file; rows of a run hold plain arrays.
    if ("children" in type)
      for (const row of rows) row[name] = row[name] && Array.from(row[name] as number[]);
  }
  return rows as SweepRow[];
}
