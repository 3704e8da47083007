/** `paretoscope eval`: the experiment models/evaluate on a model folder. */
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {evaluate} from "../lib/experiments/models/evaluate.js";
import {checkParams} from "../lib/technique/check-params.js";
import {modelMemory} from "./model-memory.js";
import {openFiles} from "./open-files.js";
import {tableWriter} from "./output.js";
import {paramOptions, paramsOf, usageOf} from "./param-options.js";
import {progressLine} from "./progress.js";
import {type OptionSpecs, readCall, text, UsageError} from "./usage.js";

const {model: _model, ...OPTIONS} = paramOptions(evaluate);

/** The options of `paretoscope eval`: the parameters of its experiment but the model, which is named first. */
export const EVAL_OPTIONS: OptionSpecs = {
  ...OPTIONS,
  out: {value: "FILE", help: "write the table as .arrow, .csv or .json instead of text on stdout"},
};

/** Runs `paretoscope eval MODEL …`. @throws UsageError for a wrong call; FormatError for a wrong model. */
export async function evalCommand(args: readonly string[]): Promise<void> {
  const call = readCall("eval", args, EVAL_OPTIONS);
  const [path, ...more] = call.positionals;
  if (path === undefined || more.length > 0) {
    throw new UsageError(`eval: MODEL must be one folder, got ${call.positionals.length}`);
  }
  const write = tableWriter("eval", text(call, "out"));
  const params = paramsOf("eval", evaluate, call);
  const file = text(call, "text");
  const opened = await openFiles(evaluate.params, {model: path, ...(file !== undefined && {text: file})});
  const line = progressLine();
  try {
    const context = {progress: line.update, memory: modelMemory()};
    const rows = await evaluate.run({...params, ...opened.values}, context);
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
    await opened.close();
  }
}
