/** `paretoscope run`: one experiment from its own definition, its parameters as options. */
import {loadData} from "../data/data-sets.js";
import {tablesBy, withSweepPool} from "../data/sweep/pool.js";
import {allTables, MAIN_TABLE, type Row} from "../lib/experiment/columns.js";
import type {Experiment} from "../lib/experiment/experiment.js";
import {runSweep, sweepSettings} from "../lib/experiment/sweep.js";
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {experiments, loadExperiment} from "../lib/experiments/registry.js";
import {checkParams} from "../lib/technique/check-params.js";
import {allowedValues, paramFromText} from "../lib/technique/params.js";
import {runOnFile} from "./file-process.js";
import {printable, tablesWriter} from "./output.js";
import {progressLine} from "./progress.js";
import {type Call, notOneOf, type OptionSpecs, readCall, text, UsageError} from "./usage.js";

/** Options of every run; parameters of the experiment come besides. */
export const RUN_OPTIONS = {
  out: {
    value: "FILE",
    help: "write the table as .arrow, .csv or .json instead of text on stdout; further tables beside it",
  },
  table: {value: "NAME", help: `only this table, where there are several (${MAIN_TABLE})`},
  sweep: {help: "run the settings of the table that the site ships instead of one"},
  file: {value: "FILE", help: "the safetensors file of an experiment that needs one of your own"},
  timeLimit: {value: "SECONDS", help: "end the reading of a file of your own if one step takes longer (60)"},
} as const satisfies OptionSpecs;

/** The options of one experiment: its parameters, with what they may be and what they are if not given. */
export function paramOptions({params}: Experiment): OptionSpecs {
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => {
      const {label, help} = param;
      const allowed = allowedValues(param);
      const sentences = [
        `${label}.`,
        help,
        `${allowed[0].toUpperCase()}${allowed.slice(1)} (${param.default}).`,
      ];
      const text = sentences.filter(Boolean).join(" ");
      return [name, {help: text, ...(param.kind === "flag" ? {} : {value: param.kind.toUpperCase()})}];
    }),
  );
}

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
  const params = paramsOf(command, experiment, call);
  if (isSweep && Object.keys(params).length > 0) {
    throw new UsageError(`${command}: --sweep runs its own settings; no parameter may be given besides`);
  }
  const settings = isSweep ? sweepSettings(experiment) : [checkParams(command, experiment.params, params)];
  const found = await tablesOf(experiment, params, call, isSweep);
  const metadata = experimentMetadata(experiment, settings);
  const tables = Object.entries(columns).map(
    ([name, own]) => [name, {columns: withGivenColumns(own, isSweep), rows: found[name], metadata}] as const,
  );
  await write(Object.fromEntries(tables));
}

function paramsOf(command: string, {params}: Experiment, {options}: Call): Record<string, unknown> {
  const given = Object.entries(params).filter(([name]) => options.has(name));
  const values = Object.fromEntries(
    given.map(([name, param]) => [name, paramFromText(param, String(options.get(name)))]),
  );
  try {
    checkParams(command, params, values);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return values;
}

async function tablesOf(
  experiment: Experiment,
  params: Readonly<Record<string, unknown>>,
  {options}: Call,
  isSweep: boolean,
): Promise<Readonly<Record<string, readonly Row[]>>> {
  const {id, needs} = experiment;
  const file = options.get("file") as string | undefined;
  if (needs.includes("file") !== (file !== undefined)) {
    throw new UsageError(
      file === undefined
        ? `run ${id}: --file must name a safetensors file`
        : `run ${id}: --file is not read by it`,
    );
  }
  const line = progressLine();
  const progress = line.update;
  try {
    if (file !== undefined) {
      const note = (text: string) => console.error(printable(text));
      return await runOnFile(
        {id, params, file},
        {timeLimit: timeLimitOf(`run ${id}`, options), progress, note},
      );
    }
    if (isSweep) {
      return await withSweepPool((run) => runSweep(experiment, {pool: {run: tablesBy(run)}, progress}));
    }
    return await experiment.runTables(params as never, {
      data: await loadData(experiment.needsOf(params as never)),
      progress,
    });
  } finally {
    line.stop();
  }
}

/** @throws UsageError unless the time limit is a number of seconds above 0. */
export function timeLimitOf(command: string, options: Call["options"]): number {
  const text = String(options.get("timeLimit") ?? "60");
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 2_000_000)) {
    throw new UsageError(
      `${command}: --timeLimit must be seconds above 0 and up to 2000000, got ${JSON.stringify(text)}`,
    );
  }
  return seconds;
}
