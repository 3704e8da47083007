/** `paretoscope compose`: the experiment accel/compose for every combination of what its options list. */
import {basename, dirname, resolve} from "node:path";
import {modelFromConfig} from "../lib/accel/hf-config.js";
import {MACHINES} from "../lib/accel/machines.js";
import {MODELS} from "../lib/accel/models.js";
import {machinesFromJson, modelsFromJson} from "../lib/accel/tables.js";
import type {Row} from "../lib/experiment/columns.js";
import {withGivenColumns} from "../lib/experiment/table.js";
import {compose} from "../lib/experiments/accel/compose.js";
import {printableJson} from "../lib/io/printable.js";
import {rowsToJson} from "../lib/io/table-text.js";
import {allowedValues, type Param, type ParamValues} from "../lib/technique/params.js";
import {inFile, readJson, readText} from "./files/json-file.js";
import {paramsOf} from "./options/param-options.js";
import {tableWriter} from "./terminal/output.js";
import {show} from "./terminal/print.js";
import {
  type Call,
  notOneOf,
  type OptionSpec,
  type OptionSpecs,
  readCall,
  text,
  UsageError,
} from "./terminal/usage.js";

/** The parameters that may be listed, and where each begins, in the order in which combinations are made. */
const LISTED = {
  model: "llama-3.1-8b",
  machine: "rtx-4090",
  context: "8192",
  batch: "1",
  weights: "fp16",
  activations: "fp16",
  kv: "fp16",
  sparsity: "dense",
  decoding: "plain",
} as const;

/** Combinations of one call: a few seconds' work. */
const MOST_COMBINATIONS = 10_000;

type Listed = keyof typeof LISTED;

const {output, efficiency, staticWatts} = compose.params;
/** The parameters that hold for all combinations. */
const SHARED = {output, efficiency, staticWatts} as const;

/** The options of `paretoscope compose`. */
export const COMPOSE_OPTIONS: OptionSpecs = {
  ...optionsFor(LISTED, (param, fallback) => ({
    value: param.kind === "choice" ? "NAMES" : "NUMBERS",
    help: `${param.label}, several between commas: ${allowedValues(param)} (${fallback})`,
  })),
  ...optionsFor(SHARED, (param) => ({
    value: param.kind.toUpperCase(),
    help: `${param.label}: ${allowedValues(param)} (${param.default})`,
  })),
  config: {value: "FILE", help: "config.json of a model of your own, instead of --model"},
  modelsFile: {value: "FILE", help: "JSON with models of your own, to be named by --model"},
  machinesFile: {value: "FILE", help: "JSON with machines of your own, to be named by --machine"},
  operators: {help: "one combination operator by operator instead of a row each"},
  json: {help: "print JSON instead of aligned text"},
  out: {value: "FILE", help: "write the table as .arrow, .csv or .json instead of text on stdout"},
};

function optionsFor<T>(
  names: Readonly<Record<string, T>>,
  option: (param: Param, value: T) => OptionSpec,
): OptionSpecs {
  const params: Readonly<Record<string, Param>> = compose.params;
  return Object.fromEntries(
    Object.entries(names).map(([name, value]) => [name, option(params[name], value)]),
  );
}

/**
 * Runs `paretoscope compose …`.
 * @throws UsageError for a wrong call; Error if a file cannot be read or the only combination asked for cannot be.
 */
export async function composeCommand(args: readonly string[]): Promise<void> {
  const call = readCall("compose", args, COMPOSE_OPTIONS);
  if (call.positionals.length > 0) {
    throw new UsageError(`compose: choices must be given as options, got ${call.positionals.join(" ")}`);
  }
  const write = writerOf(call);
  const combinations = await combinationsOf(call);
  const showsOperators = call.options.get("operators") === true;
  if (showsOperators && combinations.length > 1) {
    throw new UsageError(`compose: --operators must be of one combination, got ${combinations.length}`);
  }
  const found = await Promise.all(combinations.map(composed));
  const figures = found.flatMap((tables) => tables.figures);
  if (figures.length === 1 && figures[0].refused !== null) throw new Error(`compose: ${figures[0].refused}`);
  const [columns, rows]: readonly [typeof compose.columns | typeof compose.tables.figures, readonly Row[]] =
    showsOperators ? [compose.columns, found[0].rows] : [compose.tables.figures, figures];
  await write({
    columns: withGivenColumns(columns),
    rows,
    metadata: {command: "compose", experiment: compose.id, source: compose.source},
  });
}

function writerOf(call: Call): ReturnType<typeof tableWriter> {
  const out = text(call, "out");
  if (call.options.get("json") !== true) return tableWriter("compose", out);
  if (out !== undefined) throw new UsageError("compose: --json prints; with --out the ending says the form");
  return async ({columns, rows}) => show(printableJson(rowsToJson(columns, rows)));
}

/** Parameters of one combination; `name` stands for a model that has no id of its own. */
interface Combination {
  readonly params: Partial<ParamValues<typeof compose.params>>;
  readonly name?: string;
}

async function composed({params, name}: Combination) {
  const {rows, figures} = await compose.runTables(params);
  return {rows, figures: name === undefined ? figures : figures.map((row) => ({...row, model: name}))};
}

/** Every combination of what the options list, in the order of {@link LISTED}, the last moving fastest. */
async function combinationsOf(call: Call): Promise<Combination[]> {
  const shared = paramsOf("compose", {params: SHARED}, call);
  const models = await modelsOf(call);
  const machines = await machinesOf(call);
  const {model: _model, machine: _machine, ...others} = LISTED;
  const axes = Object.keys(others).map((name) =>
    listed(call, name as Listed).map((value): Combination => ({params: {[name]: value}})),
  );
  const all = [models, machines, ...axes];
  const count = all.reduce((product, {length}) => product * length, 1);
  if (count > MOST_COMBINATIONS) {
    throw new UsageError(
      `compose: the options must list at most ${MOST_COMBINATIONS} combinations, got ${count}`,
    );
  }
  return all.reduce<Combination[]>(
    (rows, axis) => rows.flatMap((row) => axis.map((item) => joined(row, item))),
    [{params: shared}],
  );
}

function joined(a: Combination, b: Combination): Combination {
  return {...a, ...b, params: {...a.params, ...b.params}};
}

/** The values of an option that lists some, each once. @throws UsageError for one that is not allowed. */
function listed(call: Call, name: Listed, names?: readonly string[]): (string | number)[] {
  const param: Param = compose.params[name];
  const parts = (text(call, name) ?? LISTED[name]).split(",").map((part) => part.trim());
  if (param.kind === "integer") return [...new Set(parts.map((part) => integerFrom(name, part, param)))];
  const allowed = names ?? (param.kind === "choice" ? param.options.map(String) : []);
  const unknown = parts.find((part) => !allowed.includes(part));
  if (unknown !== undefined) throw notOneOf(`compose: --${name}`, unknown, allowed);
  return [...new Set(parts)];
}

function integerFrom(
  name: string,
  part: string,
  {min, max}: {readonly min: number; readonly max: number},
): number {
  const value = Number(part);
  if (part === "" || !Number.isInteger(value) || value < min || value > max) {
    throw new UsageError(
      `compose: --${name} must be integers from ${min} to ${max} between commas, got ${JSON.stringify(part)}`,
    );
  }
  return value;
}

async function modelsOf(call: Call): Promise<Combination[]> {
  const config = text(call, "config");
  if (config !== undefined) {
    if (call.options.has("model"))
      throw new UsageError("compose: --config and --model must not be given together");
    const json = await readText("compose", config);
    const name = basename(dirname(resolve(config))) || "config";
    inFile("compose", config, () => modelFromConfig(json, name));
    return [{params: {config: json}, name}];
  }
  const own = await ownTable(call, "modelsFile", (json) => modelsFromJson(json, MODELS), MODELS);
  return listed(call, "model", [...own.keys()]).map((id) => {
    const model = own.get(String(id))!;
    const isPublished = MODELS.get(model.id) === model;
    return {params: isPublished ? {model: model.id} : {modelJson: JSON.stringify(model)}};
  });
}

async function machinesOf(call: Call): Promise<Combination[]> {
  const own = await ownTable(call, "machinesFile", (json) => machinesFromJson(json, MACHINES), MACHINES);
  return listed(call, "machine", [...own.keys()]).map((id) => {
    const machine = own.get(String(id))!;
    const isPublished = MACHINES.get(machine.id) === machine;
    return {params: isPublished ? {machine: machine.id} : {machineJson: JSON.stringify(machine)}};
  });
}

/** The published records and, before them, those of the file that an option names. */
async function ownTable<T>(
  call: Call,
  option: "modelsFile" | "machinesFile",
  read: (json: unknown) => ReadonlyMap<string, T>,
  published: ReadonlyMap<string, T>,
): Promise<ReadonlyMap<string, T>> {
  const file = text(call, option);
  if (file === undefined) return published;
  const json = await readJson("compose", file);
  return inFile("compose", file, () => read(json));
}
