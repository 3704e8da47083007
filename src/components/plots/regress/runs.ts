import {sortedQuantile} from "../../../lib/stats/quantile.js";

/** Median error of runs that differ in their seed. */
export function medianError(rows: readonly {readonly logError: number}[]): number {
  return sortedQuantile(Float64Array.from(rows, ({logError}) => logError).sort(), 0.5);
}
