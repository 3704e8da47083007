/** `paretoscope generate`: the experiment models/generate on a model folder, its text as it comes. */
import type {TableRows} from "../lib/experiment/columns.js";
import {generate} from "../lib/experiments/models/generate.js";
import {printableJson} from "../lib/io/printable.js";
import {type FileRunner, runOnFile} from "./files/file-process.js";
import {complainUnused} from "./files/unused-tensors.js";
import {methodOptions, methodSettings} from "./options/method-options.js";
import {modelMemory} from "./options/model-memory.js";
import {modelPath} from "./options/model-path.js";
import {paramOptions, paramsOf, usageOf} from "./options/param-options.js";
import {THREADS, threadsOf} from "./options/threads.js";
import {TIME_LIMIT, timeLimitOf} from "./options/time-limit.js";
import {complain, show} from "./terminal/print.js";
import {OUTPUT_FORMAT, outputFormat} from "./terminal/text-or-json.js";
import {type Call, type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";

const {model: _model, settings: _settings, ...PARAMS} = paramOptions(generate);

/**
 * The options of `paretoscope generate`: the parameters of its experiment but the model, which is named first, and those of
 * every decoding method.
 */
export const GENERATE_OPTIONS: OptionSpecs = {
  ...PARAMS,
  ...methodOptions(),
  format: OUTPUT_FORMAT,
  threads: THREADS,
  timeLimit: TIME_LIMIT,
};

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
  const settings = methodSettings(call);
  const files = {
    model,
    ...folderOf(call, "guide"),
    ...folderOf(call, "draft"),
    ...fileOf(call, "grammar"),
    ...fileOf(call, "jsonSchema"),
  };
  const threads = threadsOf("generate", call.options);
  const job = {id: generate.id, params: {...params, settings}, files, memory: modelMemory(), threads};
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
  const perSecond = speed.perSecond(tables.rows.filter(({step}) => step === 0).length);
  if (format === "text") show("\n");
  else show(`${printableJson(JSON.stringify(answerOf(tables, perSecond)))}\n`);
  complainUnused("generate", model, tables.unused);
  const count = tables.rows.length;
  complain(`${count} ${count === 1 ? "token" : "tokens"}, ${rateText(perSecond)} tokens/s`);
  for (const saved of tables.drafts) complain(savedText(saved));
  for (const held of tables.cache) complain(cacheText(held));
}

/** A rate to three digits, whole from 100 on: `8.25`, `1,520`. */
const rateText = (perSecond: number): string =>
  Number(perSecond.toPrecision(3)).toLocaleString("en", {maximumSignificantDigits: 3});

/** A folder that an option names, under the name of the parameter. */
function folderOf(call: Call, name: "guide" | "draft"): Readonly<Record<string, string>> {
  const path = text(call, name);
  return path === undefined ? {} : {[name]: modelPath("generate", [path], `--${name}`)};
}

/** A file that an option names, under the name of the parameter. */
function fileOf(call: Call, name: "grammar" | "jsonSchema"): Readonly<Record<string, string>> {
  const path = text(call, name);
  return path === undefined ? {} : {[name]: path};
}

function answerOf({rows, prompt, text: [{text, end}], drafts, cache}: Tables, tokensPerSecond: number) {
  const answer = {prompt: prompt.map(({id}) => id), ids: rows.map(({id}) => id), text, end, tokensPerSecond};
  return {
    ...answer,
    ...(drafts.length > 0 && {drafts: savedOf(drafts[0])}),
    ...(cache.length > 0 && {cache: cacheOf(cache[0])}),
  };
}

type CacheRow = Tables["cache"][number];

const cacheOf = ({tokens, kept, read}: CacheRow) => ({tokens, kept, read});

const cacheText = ({tokens, kept, read}: CacheRow): string =>
  `cache of ${tokens} tokens: ${kept} bytes kept, ${read} read by the last`;

type SavedRow = Tables["drafts"][number];

function savedOf({passes, tokensPerPass, draftPasses, drafted, accepted}: SavedRow) {
  return {passes, tokensPerPass, draftPasses, drafted, accepted};
}

function savedText({passes, tokensPerPass, draftPasses, drafted, accepted}: SavedRow): string {
  return `${passes} passes of the model, ${tokensPerPass.toPrecision(3)} tokens each; ${draftPasses} passes of the draft, ${accepted} of ${drafted} drafted tokens kept`;
}

/** Tokens for each second after those that came first, at once; 0 where none came after them. */
function speedometer() {
  let [tokens, first, last] = [0, 0, 0];
  return {
    count() {
      last = performance.now();
      if (tokens === 0) first = last;
      tokens++;
    },
    perSecond: (atOnce: number) =>
      last > first ? (1000 * Math.max(0, tokens - Math.max(1, atOnce))) / (last - first) : 0,
  };
}
