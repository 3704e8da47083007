/** The table of an experiment that the site ships. */
import {runSweep, sweepSettings} from "../lib/experiment/sweep.js";
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {loadExperiment} from "../lib/experiments/registry.js";
import {rowsToArrow} from "../lib/io/arrow.js";
import {withSweepPool} from "./sweep-pool.js";

/** Runs the whole sweep of an experiment on worker threads and gives its table as an Arrow stream. */
export async function sweepTable(id: string): Promise<Uint8Array> {
  const experiment = await loadExperiment(id);
  const rows = await withSweepPool((pool) => runSweep(experiment, {pool}));
  const metadata = experimentMetadata(experiment, sweepSettings(experiment));
  return rowsToArrow(withGivenColumns(experiment.columns, true), rows, metadata);
}
