/**
 * Data loader of every experiment's tables: `tables/accel/compose.arrow` is the main table of that experiment's sweep,
 * `tables/accel/compose.figures.arrow` the one that the experiment calls figures.
 */
import {parseArgs} from "node:util";
import {sweepTable} from "../../sweep-table.js";

const {values} = parseArgs({options: {family: {type: "string"}, name: {type: "string"}}});
const [name, table] = values.name!.split(".");
process.stdout.write(await sweepTable(`${values.family}/${name}`, table));
