/** `paretoscope predict`: the experiment regress/one-text on a text, its numbers in words or as JSON. */
import {readFile} from "node:fs/promises";
import {loadData} from "../data/data-sets.js";
import type {Row} from "../lib/experiment/columns.js";
import {oneText} from "../lib/experiments/regress/one-text.js";
import {printableJson} from "../lib/io/printable.js";
import {paramOptions, paramsOf, usageOf} from "./options/param-options.js";
import {show} from "./terminal/print.js";
import {OUTPUT_FORMAT, outputFormat} from "./terminal/text-or-json.js";
import {readCall, text, UsageError} from "./terminal/usage.js";

/** Options of `paretoscope predict`. */
export const PREDICT_OPTIONS = {
  ...paramOptions(oneText),
  file: {value: "FILE", help: "the text of a file instead, in UTF-8"},
  format: OUTPUT_FORMAT,
};

type PredictedRow = Row<(typeof oneText)["columns"]>;

/**
 * Runs `paretoscope predict --task TASK --text TEXT | --file FILE`.
 * @throws UsageError for a wrong call; Error for a file that cannot be read.
 */
export async function predictCommand(args: readonly string[]): Promise<void> {
  const call = readCall("predict", args, PREDICT_OPTIONS);
  if (call.positionals.length > 0)
    throw new UsageError(`predict: a text must be given as --text, got ${call.positionals.join(" ")}`);
  const [file, typed] = [text(call, "file"), text(call, "text")];
  if ((file === undefined) === (typed === undefined))
    throw new UsageError("predict: one of --text, --file must be given");
  const format = outputFormat("predict", call);
  const params = paramsOf("predict", oneText, call, "");
  const read = file === undefined ? typed : await readFile(file, "utf8");
  // The experiment takes no text for one of its own.
  if (!read?.trim()) throw new UsageError(`predict: ${file ?? "--text"} must hold a text, got an empty one`);
  const given = {...params, text: read};
  const data = await loadData(oneText.needs);
  const rows = await oneText.run(given, {data}).catch((error) => {
    throw usageOf("predict", oneText.id, oneText.params, error);
  });
  if (format === "json") show(`${printableJson(JSON.stringify(rows.map(answerOf)))}\n`);
  else show(rows.map((row) => `${lineOf(row)}\n`).join(""));
}

/** A row without what the call itself said. */
const answerOf = ({task: _task, text: _text, ...answer}: PredictedRow) => answer;

const digits = (value: number): string => String(Number(value.toPrecision(4)));

/** `time_per_token: 12.3 ms, 90 % of samples from 9.1 to 20; truly 11.8`. */
function lineOf({target, unit, median, low, high, truth, note}: PredictedRow): string {
  const amount = (value: number) => [digits(value), unit].filter((part) => part !== "").join(" ");
  const predicted = median === null ? "none" : amount(median);
  const spread =
    low === null || high === null ? "" : `, 90 % of samples from ${digits(low)} to ${digits(high)}`;
  const known = truth === null ? (note ?? "no true number") : `truly ${amount(truth)}`;
  return `${target}: ${predicted}${spread}; ${known}`;
}
