/** `paretoscope quantize`: every tensor of a file in several formats, a row each; or the file in one format. */
import {ownFile} from "../lib/experiments/formats/own-file.js";
import {measureCommand} from "./quantize/measure.js";
import {TIME_LIMIT} from "./time-limit.js";
import {type OptionSpecs, readCall, UsageError} from "./usage.js";

export const QUANTIZE_OPTIONS = {
  formats: {value: "IDS", help: `formats between commas (${ownFile.params.formats.default.join(",")})`},
  out: {
    value: "FILE",
    help: "write the table as .arrow, .csv or .json instead of text on stdout; an interrupted run goes on where it was",
  },
  timeLimit: TIME_LIMIT,
} as const satisfies OptionSpecs;

/**
 * Runs `paretoscope quantize PATH …`: a file of safetensors or GGUF, an index of shards, or a folder.
 * @throws UsageError for a wrong call; Error if the file cannot be read.
 */
export async function quantizeCommand(args: readonly string[]): Promise<void> {
  const call = readCall("quantize", args, QUANTIZE_OPTIONS);
  const [path] = call.positionals;
  if (path === undefined || call.positionals.length > 1) {
    throw new UsageError(`quantize: one file or folder must be given, got ${call.positionals.length}`);
  }
  await measureCommand(path, call);
}
