import type {SweepRow, SweepTables} from "../../../lib/experiment/sweep.js";
import {checkParams} from "../../../lib/technique/check-params.js";
import {shippedRows} from "../rows/shipped-rows.js";
import {shippedTable} from "../rows/shipped-table.js";

/**
 * The rows with which a page opens: those of the defaults, out of a table that came with the site.
 * @throws RangeError if the table has no such rows.
 */
export function openingRows(bytes: ArrayBuffer): readonly SweepRow[] {
  const {definition, rows} = shippedTable(bytes);
  const defaults = checkParams(`open ${definition.id}`, definition.params, {});
  const found = shippedRows(definition, {rows} as unknown as SweepTables, [])(defaults);
  if (found === undefined)
    throw new RangeError(`openingRows: ${definition.id} must ship its defaults, got none`);
  return found.tables.rows as unknown as readonly SweepRow[];
}
