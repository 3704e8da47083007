/** Data loader of every experiment's table: `tables/formats/razer-special.arrow` is the sweep of that experiment. */
import {parseArgs} from "node:util";
import {sweepTable} from "../../sweep-table.js";

const {values} = parseArgs({options: {family: {type: "string"}, name: {type: "string"}}});
process.stdout.write(await sweepTable(`${values.family}/${values.name}`));
