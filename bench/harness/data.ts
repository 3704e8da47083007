import {DATA_SETS, type DataSetName, loadTensors} from "../../src/data/data-sets.js";
import type {DataSets} from "../../src/lib/experiment/experiment.js";

/** Loads data sets from the repository, beside which the bundled bench does not stand. */
export async function benchData(names: readonly DataSetName[]): Promise<DataSets> {
  const sets = names.map(async (name) => [name, await loadTensors(`src/data/${DATA_SETS[name]}`)] as const);
  return new Map(await Promise.all(sets));
}
