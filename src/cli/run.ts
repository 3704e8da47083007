/** `paretoscope run`: one experiment from its own definition, its parameters as options. */
import {basename} from "node:path";
import {loadData} from "../data/data-sets.js";
import {tablesBy, withSweepPool} from "../data/sweep/pool.js";
import {allTables, MAIN_TABLE, type Row} from "../lib/experiment/columns.js";
import type {Experiment} from "../lib/experiment/experiment.js";
import {runSweep, sweepSettings} from "../lib/experiment/sweep.js";
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {experiments, loadExperiment} from "../lib/experiments/registry.js";
import {checkParams} from "../lib/technique/check-params.js";
import {runOnFile} from "./files/file-process.js";
import {modelMemory} from "./options/model-memory.js";
import {paramOptions, paramsOf, remarkIdle, wrongValue} from "./options/param-options.js";
import {TIME_LIMIT, timeLimitOf} from "./options/time-limit.js";
import {tablesWriter} from "./terminal/output.js";
import {type ProgressLine, progressLine} from "./terminal/progress.js";
import {type Call, notOneOf, type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";

/** Options of every run; parameters of the experiment come besides. */
export const RUN_OPTIONS = {
  out: {
    value: "FILE",
    help: "write the table as .arrow, .csv or .json instead of text on stdout; further tables beside it",
  },
  table: {value: "NAME", help: `only this table, where there are several (${MAIN_TABLE})`},
  sweep: {help: "run the settings of the table that the site ships instead of one"},
  timeLimit: TIME_LIMIT,
} as const satisfies OptionSpecs;

/**
 * The experiment of an id given on the command line.
 * @throws UsageError naming the ids there are.
 */
export async function experimentOf(command: string, id: string | undefined): Promise<Experiment> {
  const ids = Object.keys(experiments);
  if (id === undefined) throw new UsageError(`${command}: an experiment must be named: ${ids.join(", ")}`);
  if (!ids.includes(id)) throw notOneOf(`${command}: an experiment`, id, ids);
  return loadExperiment(id);
}

/** Runs `paretoscope run EXPERIMENT …`. */
export async function runCommand([id, ...args]: readonly string[]): Promise<void> {
  const experiment = await experimentOf("run", id?.startsWith("-") ? undefined : id);
  const command = `run ${experiment.id}`;
  const call = readCall(command, args, {...paramOptions(experiment), ...RUN_OPTIONS});
  if (call.positionals.length > 0) {
    throw new UsageError(
      `${command}: parameters must be given as options, got ${call.positionals.join(" ")}`,
    );
  }
  const columns = allTables(experiment);
  const write = tablesWriter(command, Object.keys(columns), {
    out: text(call, "out"),
    chosen: text(call, "table"),
  });
  const isSweep = call.options.get("sweep") === true;
  const params = paramsOf(command, experiment, call, "");
  const files = filesOf(command, experiment, call, isSweep);
  if (isSweep && Object.keys({...params, ...files}).length > 0) {
    throw new UsageError(`${command}: --sweep runs its own settings; no parameter may be given besides`);
  }
  const names = Object.fromEntries(Object.entries(files).map(([name, path]) => [name, basename(path)]));
  const settings = isSweep
    ? sweepSettings(experiment)
    : [{...checkParams(command, experiment.params, params), ...names}];
  remarkIdle(command, call, {
    timeLimit: Object.keys(files).length === 0 && "without a file of your own",
  });
  const found = isSweep ? await sweep(experiment) : await runOnce(experiment, {params, files}, call);
  const metadata = experimentMetadata(experiment, settings);
  const tables = Object.entries(columns).map(
    ([name, own]) => [name, {columns: withGivenColumns(own, isSweep), rows: found[name], metadata}] as const,
  );
  await write(Object.fromEntries(tables));
}

/** Paths of the parameters that take files. */
function filesOf(
  command: string,
  {params}: Experiment,
  call: Call,
  isSweep: boolean,
): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [name, param] of Object.entries(params)) {
    if (param.kind !== "file") continue;
    const path = text(call, name);
    if (path !== undefined) files[name] = path;
    else if (param.required && !isSweep) {
      throw new UsageError(`${command}: --${name} must name a ${param.accepts}`);
    }
  }
  return files;
}

type Tables = Readonly<Record<string, readonly Row[]>>;

async function sweep(experiment: Experiment): Promise<Tables> {
  return withProgress((progress) =>
    withSweepPool((run) => runSweep(experiment, {pool: {run: tablesBy(run)}, progress})),
  );
}

/** One setting: here, or in a process of its own where it reads files of the caller's. */
async function runOnce(experiment: Experiment, {params, files}: Given, {options}: Call): Promise<Tables> {
  const {id} = experiment;
  return withProgress(async (progress) => {
    if (Object.keys(files).length > 0) {
      const timeLimit = timeLimitOf(`run ${id}`, options);
      return runOnFile({id, params, files, memory: modelMemory()}, {timeLimit, progress});
    }
    const data = await loadData(experiment.needsOf(params as never));
    try {
      return await experiment.runTables(params as never, {data, progress});
    } catch (error) {
      throw wrongValue(`run ${id}`, error);
    }
  });
}

/** Parameters as values, and the paths of those that take files. */
interface Given {
  readonly params: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, string>>;
}

async function withProgress<T>(work: (progress: ProgressLine["update"]) => Promise<T>): Promise<T> {
  const line = progressLine();
  try {
    return await work(line.update);
  } finally {
    line.stop();
  }
}
