/** The tables of an experiment that the site ships. */
import {allTables, MAIN_TABLE} from "../lib/experiment/columns.js";
import {runSweep, sweepSettings} from "../lib/experiment/sweep.js";
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {loadExperiment} from "../lib/experiments/registry.js";
import {rowsToArrow} from "../lib/io/arrow.js";
import {withSweepPool} from "./sweep-pool.js";

/**
 * Runs the whole sweep of an experiment on worker threads and gives one of its tables as an Arrow stream.
 * @throws RangeError if it has no table of this name.
 */
export async function sweepTable(id: string, table: string = MAIN_TABLE): Promise<Uint8Array> {
  const experiment = await loadExperiment(id);
  const columns = allTables(experiment);
  if (!Object.hasOwn(columns, table)) {
    throw new RangeError(`sweepTable: table must be one of ${Object.keys(columns).join(", ")}, got ${table}`);
  }
  const rows = await withSweepPool((pool) => runSweep(experiment, {pool}));
  const metadata = experimentMetadata(experiment, sweepSettings(experiment));
  return rowsToArrow(withGivenColumns(columns[table], true), rows[table], metadata);
}
