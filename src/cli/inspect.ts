/** `paretoscope inspect`: what a model on disk is, read from its config.json, its metadata and the headers of its tensors. */
import {printableJson} from "../lib/io/printable.js";
import {inspection} from "./inspect/inspection.js";
import {reportText} from "./inspect/report.js";
import {show} from "./terminal/print.js";
import {notOneOf, type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";

export const INSPECT_USAGE = "paretoscope inspect PATH [--context N] [--format text|json]";

/** Tokens of a text that nobody chose. */
const CONTEXT = 8192;
const MOST_CONTEXT = 2 ** 30;

/** The options of `paretoscope inspect`. */
export const INSPECT_OPTIONS: OptionSpecs = {
  context: {value: "N", help: `tokens of the text whose cache is counted, 1 to ${MOST_CONTEXT} (${CONTEXT})`},
  format: {value: "NAME", help: "text, aligned for people (default), or json"},
};

/**
 * Runs the command; nothing of a tensor but its header is read.
 * @throws UsageError for a wrong call; Error naming the path if it cannot be read as a model.
 */
export async function inspectCommand(args: readonly string[]): Promise<void> {
  const call = readCall("inspect", args, INSPECT_OPTIONS);
  const [path, ...others] = call.positionals;
  if (path === undefined || others.length > 0) {
    throw new UsageError(
      `inspect: PATH must be one config.json, folder or file, got ${call.positionals.length}`,
    );
  }
  const format = text(call, "format") ?? "text";
  if (format !== "text" && format !== "json") throw notOneOf("inspect: --format", format, ["text", "json"]);
  const found = await inspected(path, contextOf(text(call, "context")));
  show(format === "json" ? printableJson(`${JSON.stringify(found, null, 1)}\n`) : reportText(found));
}

async function inspected(path: string, context: number) {
  try {
    return await inspection(path, context);
  } catch (error) {
    const message = (error as Error).message.replace(/^inspect: /, "");
    throw new Error(`inspect: ${message.includes(path) ? message : `${path}: ${message}`}`);
  }
}

function contextOf(given: string | undefined): number {
  if (given === undefined) return CONTEXT;
  const context = /^\d{1,12}$/.test(given) ? Number(given) : 0;
  if (context >= 1 && context <= MOST_CONTEXT) return context;
  throw new UsageError(
    `inspect: --context must be an integer from 1 to ${MOST_CONTEXT}, got ${JSON.stringify(given)}`,
  );
}
