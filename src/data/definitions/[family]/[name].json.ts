/**
 * Data loader of what an experiment says of itself: `definitions/formats/razer-special.json`. A page that runs nothing
 * but what a worker runs for it needs no more, and so loads none of the code that the experiment runs.
 */
import {parseArgs} from "node:util";
import {definitionOf} from "../../../lib/experiment/described.js";
import {loadExperiment} from "../../../lib/experiments/registry.js";

const {values} = parseArgs({options: {family: {type: "string"}, name: {type: "string"}}});
const experiment = await loadExperiment(`${values.family}/${values.name}`);
process.stdout.write(JSON.stringify(definitionOf(experiment)));
