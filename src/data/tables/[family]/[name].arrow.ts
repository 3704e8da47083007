/**
 * Data loader of every experiment's tables: `tables/accel/compose.arrow` is the main table of that experiment's sweep,
 * `tables/accel/compose.figures.arrow` the one that the experiment calls figures.
 */
import {parseArgs} from "node:util";
import {loadExperiment} from "../../../lib/experiments/registry.js";
import {shippedTable, sweepRuns} from "../../sweep/table.js";

const {values} = parseArgs({options: {family: {type: "string"}, name: {type: "string"}}});
const [name, table] = values.name!.split(".");
const experiment = await loadExperiment(`${values.family}/${name}`);
process.stdout.write(shippedTable(await sweepRuns(experiment), table));
