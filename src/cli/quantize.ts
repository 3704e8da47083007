/** `paretoscope quantize`: every tensor of a file in several formats, a row each; or the file in one format. */
import {ownFile} from "../lib/experiments/formats/own-file.js";
import {pathOrShipped} from "./options/model-path.js";
import {remarkIdle} from "./options/param-options.js";
import {TIME_LIMIT} from "./options/time-limit.js";
import {measureCommand} from "./quantize/measure.js";
import {writeCommand} from "./quantize/write.js";
import {type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";

export const QUANTIZE_OPTIONS = {
  formats: {value: "IDS", help: `formats between commas (${ownFile.params.formats.default.join(",")})`},
  out: {
    value: "FILE",
    help: "write the table as .arrow, .csv or .json instead of text on stdout; an interrupted run goes on where it was",
  },
  write: {value: "FILE", help: "write the model into one .gguf or .safetensors file instead of measuring it"},
  format: {value: "ID", help: "with --write: the format of all matrices"},
  recipe: {
    value: "FILE",
    help: "with --write: a recipe that names the format of each tensor, as plan makes it",
  },
  importance: {
    value: "FILE",
    help: "weigh errors by the inputs that columns meet: an importance matrix of llama.cpp's (GGUF or .dat), or a text that the model reads here",
  },
  timeLimit: TIME_LIMIT,
} as const satisfies OptionSpecs;

/**
 * Runs `paretoscope quantize PATH …`: a file of safetensors or GGUF, an index of shards, or a folder.
 * @throws UsageError for a wrong call; Error if the file cannot be read.
 */
export async function quantizeCommand(args: readonly string[]): Promise<void> {
  const call = readCall("quantize", args, QUANTIZE_OPTIONS);
  const [name] = call.positionals;
  if (name === undefined || call.positionals.length > 1) {
    throw new UsageError(`quantize: one file or folder must be given, got ${call.positionals.length}`);
  }
  const path = pathOrShipped(name);
  const file = text(call, "write");
  if (file !== undefined) {
    remarkIdle("quantize", call, {formats: "with --write, which takes --format"});
    await writeCommand(path, file, call);
    return;
  }
  remarkIdle("quantize", call, {format: "without --write", recipe: "without --write"});
  await measureCommand(path, call);
}
