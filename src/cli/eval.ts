/** `paretoscope eval`: the experiment models/evaluate on a model folder. */
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {evaluate} from "../lib/experiments/models/evaluate.js";
import {checkParams} from "../lib/technique/check-params.js";
import type {ParamValues} from "../lib/technique/params.js";
import {type FileRunner, runOnFile} from "./file-process.js";
import {modelMemory} from "./model-memory.js";
import {modelPath} from "./model-path.js";
import {tableWriter} from "./output.js";
import {paramOptions, paramsOf, remarkIdle, usageOf} from "./param-options.js";
import {progressLine} from "./progress.js";
import {THREADS, threadsOf} from "./threads.js";
import {TIME_LIMIT, timeLimitOf} from "./time-limit.js";
import {complainUnused} from "./unused-tensors.js";
import {type OptionSpecs, readCall, text} from "./usage.js";

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
