// npm run bounds [-- --only GLOB]: runs every experiment once at each bound of each of its parameters.
import {parseArgs} from "node:util";
import {openFiles} from "../src/cli/files/open-files.js";
import {complain, say} from "../src/cli/terminal/print.js";
import {loadData} from "../src/data/data-sets.js";
import {allTables, type Row} from "../src/lib/experiment/columns.js";
import type {Experiment} from "../src/lib/experiment/experiment.js";
import {experiments, loadExperiment} from "../src/lib/experiments/registry.js";
import {type Setting, settingsAtBounds} from "../tests/experiments/bounds.js";
import {fitsGlob} from "./glob.js";

/** The files of those experiments that take some. */
const FOLDER = "src/data/models/decoder-small";

const {values} = parseArgs({options: {only: {type: "string", default: "*"}}});

/** What is wrong with the run of a setting; undefined for rows that are sound or a refusal that says what is allowed. */
async function problemOf(experiment: Experiment, setting: Setting): Promise<string | undefined> {
  const opened = await openFiles(experiment.params, filesOf(experiment));
  try {
    const given = {...setting, ...opened.values} as never;
    const tables = await experiment.runTables(given, {data: await loadData(experiment.needsOf(given))});
    return Object.entries(allTables(experiment))
      .flatMap(([name, columns]) =>
        tables[name].flatMap((row: Row) =>
          Object.keys(columns).filter((column) => row[column as never] === Number.NEGATIVE_INFINITY),
        ),
      )
      .map((column) => `${column} is -Infinity`)[0];
  } catch (error) {
    const isRefusal = error instanceof Error && / must |, got /.test(error.message);
    return isRefusal ? undefined : `${(error as Error).stack}`;
  } finally {
    await opened.close();
  }
}

/** Paths for the parameters without which an experiment makes no sense. */
function filesOf({params}: Experiment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, param]) =>
      param.kind === "file" && param.required
        ? [[name, param.holds === "folder" ? FOLDER : `${FOLDER}/model.safetensors`]]
        : [],
    ),
  );
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
