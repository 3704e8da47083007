// npm run bounds [-- --only GLOB]: runs every experiment once at each bound of each of its parameters.
import {parseArgs} from "node:util";
import {complain, say} from "../src/cli/print.js";
import {loadData} from "../src/data/data-sets.js";
import {allTables} from "../src/lib/experiment/columns.js";
import type {Experiment} from "../src/lib/experiment/experiment.js";
import {experiments, loadExperiment} from "../src/lib/experiments/registry.js";
import {openFolder} from "../src/lib/io/node-file.js";
import {type Setting, settingsAtBounds} from "../tests/experiments/bounds.js";
import {fitsGlob} from "./glob.js";

/** The files of those experiments that take some. */
const FOLDER = "src/data/models/decoder-small";

const {values} = parseArgs({options: {only: {type: "string", default: "*"}}});

/** What is wrong with the run of a setting; undefined for rows that are sound or a refusal that says what is allowed. */
async function problemOf(experiment: Experiment, setting: Setting): Promise<string | undefined> {
  try {
    const given = {...setting, ...(await files(experiment))} as never;
    const tables = await experiment.runTables(given, {data: await loadData(experiment.needsOf(given))});
    return Object.entries(allTables(experiment))
      .flatMap(([name, columns]) =>
        tables[name].flatMap((row) =>
          Object.keys(columns).filter((column) => row[column as never] === Number.NEGATIVE_INFINITY),
        ),
      )
      .map((column) => `${column} is -Infinity`)[0];
  } catch (error) {
    const isRefusal = error instanceof Error && / must /.test(error.message);
    return isRefusal ? undefined : `${(error as Error).stack}`;
  }
}

/** Opened files for the parameters without which an experiment makes no sense. */
async function files({params}: Experiment): Promise<Record<string, unknown>> {
  const folder = await openFolder(FOLDER);
  const needed = Object.entries(params).filter(([, param]) => param.kind === "file" && param.required);
  const opened = needed.map(async ([name, param]) => {
    const isFolder = param.kind === "file" && param.holds === "folder";
    return [name, isFolder ? folder : await folder.open("model.safetensors")] as const;
  });
  return Object.fromEntries(await Promise.all(opened));
}

let count = 0;
let wrong = 0;
for (const id of Object.keys(experiments).filter((each) => fitsGlob(each, values.only))) {
  const experiment = await loadExperiment(id);
  const settings = settingsAtBounds(experiment.params);
  const start = performance.now();
  for (const setting of settings) {
    const problem = await problemOf(experiment, setting);
    count++;
    if (problem === undefined) continue;
    wrong++;
    complain(`${id} ${JSON.stringify(setting)}: ${problem}`);
  }
  say(`${id}: ${settings.length} settings, ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
say(`${count} settings run, ${wrong} wrong`);
if (wrong > 0) process.exitCode = 1;
