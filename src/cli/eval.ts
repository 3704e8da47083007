/** `paretoscope eval`: the experiment models/evaluate on a model folder. */
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {evaluate} from "../lib/experiments/models/evaluate.js";
import {checkParams} from "../lib/technique/check-params.js";
import type {ParamValues} from "../lib/technique/params.js";
import {type FileRunner, runOnFile} from "./files/file-process.js";
import {complainUnused} from "./files/unused-tensors.js";
import {modelMemory} from "./options/model-memory.js";
import {modelPath} from "./options/model-path.js";
import {paramOptions, paramsOf, remarkIdle, usageOf} from "./options/param-options.js";
import {THREADS, threadsOf} from "./options/threads.js";
import {TIME_LIMIT, timeLimitOf} from "./options/time-limit.js";
import {tableWriter} from "./terminal/output.js";
import {progressLine} from "./terminal/progress.js";
import {type OptionSpecs, readCall, text} from "./terminal/usage.js";

/** The setting of a part that is not quantized. */
const FLOAT32 = "float32";

const {model: _model, ...OPTIONS} = paramOptions(evaluate);

/** The options of `paretoscope eval`: the parameters of its experiment but the model, which is named first. */
export const EVAL_OPTIONS: OptionSpecs = {
  ...OPTIONS,
  out: {value: "FILE", help: "write the table as .arrow, .csv or .json instead of text on stdout"},
  threads: THREADS,
  timeLimit: TIME_LIMIT,
};

/**
 * Runs `paretoscope eval MODEL …`.
 * @param run where the files are read: a child process, which is ended after the time limit
 * @throws UsageError for a wrong call; Error for a wrong model.
 */
export async function evalCommand(args: readonly string[], run: FileRunner = runOnFile): Promise<void> {
  const call = readCall("eval", args, EVAL_OPTIONS);
  const path = modelPath("eval", call.positionals);
  const write = tableWriter("eval", text(call, "out"));
  const params = paramsOf("eval", evaluate, call);
  const file = text(call, "text");
  remarkIdle("eval", call, idleOptions(checkParams("eval", evaluate.params, params), file !== undefined));
  const files = {model: path, ...(file !== undefined && {text: file})};
  const timeLimit = timeLimitOf("eval", call.options);
  const threads = threadsOf("eval", call.options);
  const line = progressLine();
  try {
    const job = {id: evaluate.id, params, files, memory: modelMemory(), threads};
    const {rows, unused} = await run(job, {timeLimit, progress: line.update});
    complainUnused("eval", path, unused);
    const metadata = {
      ...experimentMetadata(evaluate, [checkParams("eval", evaluate.params, params)]),
      command: "eval",
      options: JSON.stringify(Object.fromEntries(call.options)),
    };
    await write({columns: withGivenColumns(evaluate.columns), rows, metadata});
  } catch (error) {
    throw usageOf("eval", "evaluate", evaluate.params, error);
  } finally {
    line.stop();
  }
}

/** Options without an effect in a setting, and why. */
function idleOptions(
  {weights, activations, bits, prune, task}: ParamValues<typeof evaluate.params>,
  hasText: boolean,
): Record<string, string | false> {
  const roundsWeights = weights !== FLOAT32 || bits !== FLOAT32;
  const isQuantized = roundsWeights || activations !== FLOAT32;
  return {
    method: !roundsWeights && "without --weights or --bits",
    layers: !isQuantized && "without --weights or --activations",
    calibration: !isQuantized && prune === "" && "where nothing is quantized or pruned",
    bos: !hasText && "without --text",
    samples: task.every((id) => id === "corpus") && "without a task of answers in --task",
    documents: !hasText && !task.includes("corpus") && "without the corpus in --task",
  };
}
