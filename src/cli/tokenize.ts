/** `paretoscope tokenize`: the experiment models/tokenize on a model folder, its result as ids or as text. */
import type {TableRows} from "../lib/experiment/columns.js";
import {tokenize} from "../lib/experiments/models/tokenize.js";
import {printableJson} from "../lib/io/printable.js";
import {type FileRunner, runOnFile} from "./files/file-process.js";
import {modelMemory} from "./options/model-memory.js";
import {modelPath} from "./options/model-path.js";
import {usageOf} from "./options/param-options.js";
import {TIME_LIMIT, timeLimitOf} from "./options/time-limit.js";
import {complain, show} from "./terminal/print.js";
import {OUTPUT_FORMAT, outputFormat} from "./terminal/text-or-json.js";
import {type Call, type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";

export const TOKENIZE_OPTIONS: OptionSpecs = {
  text: {value: "TEXT", help: "text whose ids are wanted"},
  file: {value: "FILE", help: "the text of a file instead, in UTF-8"},
  decode: {value: "IDS", help: "ids between commas whose text is wanted instead"},
  special: {help: "with the special tokens of the tokenizer; --no-special without (true)"},
  format: OUTPUT_FORMAT,
  timeLimit: TIME_LIMIT,
};

type Tables = TableRows<(typeof tokenize)["columns"], (typeof tokenize)["tables"]>;

/**
 * Runs `paretoscope tokenize PATH --text … | --file … | --decode …`.
 * @param run where the files are read: a child process, which is ended after the time limit
 * @throws UsageError for a wrong call; Error for a wrong file.
 */
export async function tokenizeCommand(args: readonly string[], run: FileRunner = runOnFile): Promise<void> {
  const call = readCall("tokenize", args, TOKENIZE_OPTIONS);
  const model = modelPath("tokenize", call.positionals);
  const format = outputFormat("tokenize", call);
  const what = requireOne(call, ["text", "file", "decode"]);
  const file = text(call, "file");
  const params = {
    text: text(call, "text") ?? "",
    decode: text(call, "decode") ?? "",
    special: call.options.get("special") !== false,
  };
  const files = {model, ...(file !== undefined && {file})};
  const job = {id: tokenize.id, params, files, memory: modelMemory()};
  const timeLimit = timeLimitOf("tokenize", call.options);
  const {rows, text: texts} = (await run(job, {timeLimit, progress: () => {}}).catch((error) => {
    throw usageOf("tokenize", "tokenize", tokenize.params, error);
  })) as Tables;
  const ids = rows.map(({id}) => id);
  if (what === "decode") complainOfUnknown(rows);
  const decoded = texts[0]?.text ?? "";
  const answer = what === "decode" ? {text: decoded} : {ids};
  if (format === "json") show(`${printableJson(JSON.stringify(answer))}\n`);
  else show(`${what === "decode" ? decoded : ids.join(",")}\n`);
}

/** The one of several options that a call gives. */
function requireOne({options}: Call, names: readonly string[]): string {
  const given = names.filter((name) => options.has(name));
  const [only] = given;
  if (only !== undefined && given.length === 1) return only;
  const listed = names.map((name) => `--${name}`).join(", ");
  throw new UsageError(`tokenize: one of ${listed} must be given, got ${given.length}`);
}

function complainOfUnknown(rows: Tables["rows"]): void {
  const unknown = rows.filter(({token}) => token === null).map(({id}) => id);
  if (unknown.length > 0)
    complain(`tokenize: ids without an entry are left out: ${unknown.slice(0, 8).join(", ")}`);
}
