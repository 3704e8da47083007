/** `paretoscope generate`: the experiment models/generate on a model folder, its text as it comes. */
import type {TableRows} from "../lib/experiment/columns.js";
import {generate} from "../lib/experiments/models/generate.js";
import {printableJson} from "../lib/io/printable.js";
import {type FileRunner, runOnFile} from "./file-process.js";
import {modelMemory} from "./model-memory.js";
import {modelPath} from "./model-path.js";
import {paramOptions, paramsOf, usageOf} from "./param-options.js";
import {complain, show} from "./print.js";
import {OUTPUT_FORMAT, outputFormat} from "./text-or-json.js";
import {TIME_LIMIT, timeLimitOf} from "./time-limit.js";
import {complainUnused} from "./unused-tensors.js";
import {type OptionSpecs, readCall, text, UsageError} from "./usage.js";

const {model: _model, ...PARAMS} = paramOptions(generate);

/** The options of `paretoscope generate`: the parameters of its experiment but the model, which is named first. */
export const GENERATE_OPTIONS: OptionSpecs = {...PARAMS, format: OUTPUT_FORMAT, timeLimit: TIME_LIMIT};

type Tables = TableRows<(typeof generate)["columns"], (typeof generate)["tables"]>;

/**
 * Runs `paretoscope generate MODEL --prompt …`.
 * @param run where the files are read: a child process, which is ended after the time limit
 * @throws UsageError for a wrong call; Error for a wrong model.
 */
export async function generateCommand(args: readonly string[], run: FileRunner = runOnFile): Promise<void> {
  const call = readCall("generate", args, GENERATE_OPTIONS);
  const model = modelPath("generate", call.positionals);
  if (text(call, "prompt") === undefined) throw new UsageError("generate: --prompt must be given");
  const format = outputFormat("generate", call);
  const params = paramsOf("generate", generate, call);
  const guide = text(call, "guide");
  const files = {model, ...(guide !== undefined && {guide: modelPath("generate", [guide], "--guide")})};
  const job = {id: generate.id, params, files, memory: modelMemory()};
  const speed = speedometer();
  const progress = (_: number, piece?: string) => {
    if (piece === undefined) return;
    speed.count();
    if (format === "text") show(piece);
  };
  const timeLimit = timeLimitOf("generate", call.options);
  const tables = (await run(job, {timeLimit, progress}).catch((error) => {
    throw usageOf("generate", "generate", generate.params, error);
  })) as Tables;
  if (format === "text") show("\n");
  else show(`${printableJson(JSON.stringify(answerOf(tables, speed.perSecond())))}\n`);
  complainUnused("generate", model, tables.unused);
  const count = tables.rows.length;
  complain(`${count} ${count === 1 ? "token" : "tokens"}, ${speed.perSecond().toPrecision(3)} tokens/s`);
}

function answerOf({rows, prompt, text: [{text, end}]}: Tables, tokensPerSecond: number) {
  return {prompt: prompt.map(({id}) => id), ids: rows.map(({id}) => id), text, end, tokensPerSecond};
}

/** Tokens for each second between the first and the last; 0 for fewer than two. */
function speedometer() {
  let [tokens, first, last] = [0, 0, 0];
  return {
    count() {
      last = performance.now();
      if (tokens === 0) first = last;
      tokens++;
    },
    perSecond: () => (last > first ? (1000 * (tokens - 1)) / (last - first) : 0),
  };
}
