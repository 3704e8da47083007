/** `paretoscope plan`: the experiment models/plan on a checkpoint, and the recipe that it ends in. */
import {existsSync} from "node:fs";
import {CONTAINERS} from "../lib/checkpoint/container.js";
import {type RecipeCache, recipeText} from "../lib/checkpoint/recipe.js";
import {plan} from "../lib/experiments/models/plan.js";
import {printableJson} from "../lib/io/printable.js";
import {type FileRunner, runOnFile} from "./files/file-process.js";
import {requirePlace, writeWhole} from "./files/write-file.js";
import {modelMemory} from "./options/model-memory.js";
import {modelPath} from "./options/model-path.js";
import {paramOptions, paramsOf, usageOf} from "./options/param-options.js";
import {TIME_LIMIT, timeLimitOf} from "./options/time-limit.js";
import {type PlanTables, planText} from "./plan-text.js";
import {callText} from "./terminal/call-text.js";
import {show} from "./terminal/print.js";
import {progressLine} from "./terminal/progress.js";
import {OUTPUT_FORMAT, outputFormat} from "./terminal/text-or-json.js";
import {type Call, type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";

const {
  model: _model,
  memory: _memory,
  formats: _formats,
  caches: _caches,
  known: _known,
  ...OPTIONS
} = paramOptions(plan);

/** The parameters that an option gives as they are: a memory has a unit. */
const {memory: _bytes, known: _rows, ...AS_THEY_ARE} = plan.params;

/** The options of `paretoscope plan`. */
export const PLAN_OPTIONS: OptionSpecs = {
  memory: {
    value: "SIZE",
    help: "for weights, cache, state and activations together: 6GB, 512MiB, 1500000 (bytes)",
  },
  ...OPTIONS,
  formats: {value: "IDS", help: `formats between commas (${plan.params.formats.default.join(",")})`},
  caches: {value: "IDS", help: "caches between commas (all that kv/small-caches shows first)"},
  out: {value: "FILE", help: "write the recipe that quantize --write --recipe follows, as .json"},
  format: OUTPUT_FORMAT,
  timeLimit: TIME_LIMIT,
};

/**
 * Runs `paretoscope plan PATH --memory SIZE …`.
 * @param run where the files are read: a child process, which is ended after the time limit
 * @throws UsageError for a wrong call; Error for a wrong model, or where nothing fits.
 */
export async function planCommand(args: readonly string[], run: FileRunner = runOnFile): Promise<void> {
  const call = readCall("plan", args, PLAN_OPTIONS);
  const path = modelPath("plan", call.positionals);
  const format = outputFormat("plan", call);
  const out = text(call, "out");
  if (out !== undefined) requireRecipePlace(out);
  const {params, files} = planCallOf("plan", call, path);
  const timeLimit = timeLimitOf("plan", call.options);
  const line = progressLine();
  try {
    const job = {id: plan.id, params, files, memory: modelMemory()};
    const tables = (await run(job, {timeLimit, progress: line.update})) as PlanTables;
    line.stop();
    if (out !== undefined) await writeWhole(out, recipeOf(tables, callText("plan", args)));
    show(format === "json" ? printableJson(`${JSON.stringify(tables, null, 1)}\n`) : planText(tables));
  } catch (error) {
    throw usageOf("plan", "plan", plan.params, inOptions(error));
  } finally {
    line.stop();
  }
}

/** Parameters and files of a plan by the options of a call. @throws UsageError for a value that is not allowed. */
export function planCallOf(command: string, call: Call, path: string) {
  const [file, importance] = ["text", "importance"].map((name) => existing(command, call, name));
  return {
    params: {...paramsOf(command, {params: AS_THEY_ARE}, call), ...memoryOf(command, call)} as Readonly<
      Record<string, unknown>
    >,
    files: {
      model: path,
      ...(file !== undefined && {text: file}),
      ...(importance !== undefined && {importance}),
    },
  };
}

/** The path of an option that names a file. @throws UsageError if there is none. */
function existing(command: string, call: Call, option: string): string | undefined {
  const path = text(call, option);
  if (path === undefined || existsSync(path)) return path;
  throw new UsageError(`${command}: --${option} must be a file that exists, got ${path}`);
}

/** The recipe of a plan, as the text of its file. */
export function recipeOf({rows, caches, fingerprint}: PlanTables, command: string): string {
  const [{provenance: _, container: kind, ...model}] = fingerprint;
  const container = CONTAINERS.find((each) => each === kind);
  const chosen = caches.find(({isChosen}) => isChosen);
  const cache = chosen && {
    technique: chosen.technique,
    params: JSON.parse(chosen.settings) as RecipeCache["params"],
  };
  const tensors = rows.map(({tensor: name, format}) => ({name, format}));
  return recipeText({model, tensors, ...(cache && {cache}), ...(container && {container}), command});
}

function requireRecipePlace(out: string): void {
  if (!/\.json$/i.test(out))
    throw new UsageError(`plan: the ending of --out must be .json, got ${JSON.stringify(out)}`);
  requirePlace("plan", out);
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** The memory of a call in gigabytes, as the parameter takes it. */
function memoryOf(command: string, call: Call): {readonly memory?: number} {
  const given = text(call, "memory");
  if (given === undefined) return {};
  const [, size, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(given.trim()) ?? [];
  const bytes = size === undefined ? Number.NaN : Number(size) * (UNITS[unit.toUpperCase()] ?? Number.NaN);
  if (bytes > 0 && bytes <= 1e15) return {memory: bytes / 1e9};
  throw new UsageError(
    `${command}: --memory must be a size above 0 such as 6GB, 512MiB or 1500000, got ${JSON.stringify(given)}`,
  );
}

/** The error of the planner by the names of the options. */
function inOptions(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error;
  const message = error.message
    .replace(/^makePlan: memory/, "plan: --memory")
    .replace(/^makePlan: mostDamage/, "plan: --keepQuality");
  return message === error.message ? error : new Error(message);
}
