/** `paretoscope eval`: the experiment models/evaluate on a model folder. */
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {evaluate} from "../lib/experiments/models/evaluate.js";
import {checkParams} from "../lib/technique/check-params.js";
import {type FileRunner, runOnFile} from "./file-process.js";
import {modelMemory} from "./model-memory.js";
import {tableWriter} from "./output.js";
import {paramOptions, paramsOf, usageOf} from "./param-options.js";
import {progressLine} from "./progress.js";
import {TIME_LIMIT, timeLimitOf} from "./time-limit.js";
import {complainUnused} from "./unused-tensors.js";
import {type OptionSpecs, readCall, text, UsageError} from "./usage.js";

const {model: _model, ...OPTIONS} = paramOptions(evaluate);

/** The options of `paretoscope eval`: the parameters of its experiment but the model, which is named first. */
export const EVAL_OPTIONS: OptionSpecs = {
  ...OPTIONS,
  out: {value: "FILE", help: "write the table as .arrow, .csv or .json instead of text on stdout"},
  timeLimit: TIME_LIMIT,
};

/**
 * Runs `paretoscope eval MODEL …`.
 * @param run where the files are read: a child process, which is ended after the time limit
 * @throws UsageError for a wrong call; Error for a wrong model.
 */
export async function evalCommand(args: readonly string[], run: FileRunner = runOnFile): Promise<void> {
  const call = readCall("eval", args, EVAL_OPTIONS);
  const [path, ...more] = call.positionals;
  if (path === undefined || more.length > 0) {
    throw new UsageError(`eval: MODEL must be one folder, got ${call.positionals.length}`);
  }
  const write = tableWriter("eval", text(call, "out"));
  const params = paramsOf("eval", evaluate, call);
  const file = text(call, "text");
  const files = {model: path, ...(file !== undefined && {text: file})};
  const timeLimit = timeLimitOf("eval", call.options);
  const line = progressLine();
  try {
    const job = {id: evaluate.id, params, files, memory: modelMemory()};
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
