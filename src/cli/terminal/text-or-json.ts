import {type Call, notOneOf, type OptionSpec, text} from "./usage.js";

/** The option of commands that answer with one text or one JSON object. */
export const OUTPUT_FORMAT: OptionSpec = {value: "FORMAT", help: "text or json (text)"};

const FORMATS = ["text", "json"] as const;

/** The form that a call wants its answer in. @throws UsageError naming the forms there are. */
export function outputFormat(command: string, call: Call): (typeof FORMATS)[number] {
  const given = text(call, "format") ?? "text";
  const format = FORMATS.find((name) => name === given);
  if (format === undefined) throw notOneOf(`${command}: --format`, given, FORMATS);
  return format;
}
