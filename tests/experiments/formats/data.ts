import {DATA_SETS, loadData} from "../../../src/data/data-sets.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";

/** All data sets, loaded once for the file that asks. */
export function allData(): Promise<DataSets> {
  return loadData(Object.keys(DATA_SETS));
}
