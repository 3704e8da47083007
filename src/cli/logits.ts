/** `paretoscope logits`: the experiment models/logits on a model folder, its result as one JSON object. */
import {totalmem} from "node:os";
import type {TableRows} from "../lib/experiment/columns.js";
import {logits} from "../lib/experiments/models/logits.js";
import {type FileRunner, runOnFile} from "./files/file-process.js";
import {complainUnused} from "./files/unused-tensors.js";
import {requirePlace, writeWhole} from "./files/write-file.js";
import {modelPath} from "./options/model-path.js";
import {wrongValue} from "./options/param-options.js";
import {TIME_LIMIT, timeLimitOf} from "./options/time-limit.js";
import {complain, show} from "./terminal/print.js";
import {progressLine} from "./terminal/progress.js";
import {type OptionSpecs, readCall as readOptions, text, UsageError} from "./terminal/usage.js";

export const LOGITS_USAGE =
  "paretoscope logits MODEL --ids 5,17,3 [--greedy STEPS] [--backend wasm|reference] [--timeLimit SECONDS] [--out FILE.json]";

const OPTIONS: OptionSpecs = {
  ids: {value: "IDS", help: "token ids of the prompt between commas"},
  greedy: {value: "STEPS", help: "tokens that greedy decoding adds"},
  backend: {value: "NAME", help: "wasm or reference"},
  out: {value: "FILE", help: "write the JSON instead of stdout"},
  timeLimit: TIME_LIMIT,
};

/** Output of the command. */
export interface LogitsResult {
  /** A row of [vocab] for each position of the prompt. */
  readonly logits: readonly (readonly number[])[];
  /** The tokens that greedy decoding adds. */
  readonly greedy: readonly number[];
}

/**
 * Runs the command; without `--out` the JSON goes to stdout.
 * @param run where the files are read: a child process, which is ended after the time limit
 * @returns the exit code: 0, 1 if the model cannot be run, 2 for a wrong call.
 */
export async function logitsCommand(
  args: readonly string[],
  run: FileRunner = runOnFile,
): Promise<0 | 1 | 2> {
  const call = readCall(args);
  if (typeof call === "string") {
    complain(`logits: ${call}\nusage: ${LOGITS_USAGE}`);
    return 2;
  }
  try {
    if (call.out !== undefined) requirePlace("logits", call.out);
    const json = `${JSON.stringify(await modelLogits(call, run))}\n`;
    if (call.out === undefined) show(json);
    else await writeWhole(call.out, json);
    return 0;
  } catch (error) {
    complain(`logits: ${(error as Error).message.replace(/^logits: /, "")}`);
    // A file that is wrong is no wrong call.
    return error instanceof RangeError && wrongValue("logits", error) instanceof UsageError ? 2 : 1;
  }
}

interface Call {
  readonly model: string;
  readonly ids: readonly number[];
  readonly steps: number;
  readonly backend: "wasm" | "reference";
  readonly timeLimit: number;
  readonly out: string | undefined;
}

async function modelLogits(
  {model: path, backend, ids, steps, timeLimit}: Call,
  run: FileRunner,
): Promise<LogitsResult> {
  const params = {ids: ids.join(","), greedy: steps, backend};
  const job = {id: logits.id, params, files: {model: modelPath("logits", [path])}, memory: memoryOf(backend)};
  const line = progressLine();
  try {
    const {rows, greedy, unused} = (await run(job, {timeLimit, progress: line.update})) as Tables;
    complainUnused("logits", path, unused);
    return {logits: rows.map((row) => row.logits), greedy: greedy.map(({id}) => id)};
  } finally {
    line.stop();
  }
}

type Tables = TableRows<(typeof logits)["columns"], (typeof logits)["tables"]>;

/** Half of the machine's memory, and of a wasm one most: activations and all else have to live beside the weights. */
function memoryOf(backend: Call["backend"]): number {
  return backend === "reference" ? totalmem() / 2 : Math.min(totalmem() / 2, 0.9 * 2 ** 32);
}

function readCall(args: readonly string[]): Call | string {
  try {
    const call = readOptions("logits", args, OPTIONS);
    const {positionals} = call;
    if (positionals.length !== 1) return `MODEL must be one folder, file or name, got ${positionals.length}`;
    const ids = text(call, "ids")?.split(",") ?? [];
    if (ids.length === 0 || !ids.every(isCount)) {
      return `--ids must be token ids separated by commas, such as 5,17,3, got ${text(call, "ids") ?? "none"}`;
    }
    const steps = text(call, "greedy") ?? "0";
    const {max} = logits.params.greedy;
    if (!isCount(steps) || Number(steps) > max)
      return `--greedy must be an integer from 0 to ${max}, got ${steps}`;
    const backend = text(call, "backend") ?? "wasm";
    if (backend !== "wasm" && backend !== "reference")
      return `--backend must be wasm or reference, got ${backend}`;
    return {
      model: positionals[0],
      ids: ids.map(Number),
      steps: Number(steps),
      backend,
      timeLimit: timeLimitOf("logits", call.options),
      out: text(call, "out"),
    };
  } catch (error) {
    return (error as Error).message.replace(/^logits: /, "");
  }
}

function isCount(text: string): boolean {
  return /^\s*\d{1,9}\s*$/.test(text);
}
