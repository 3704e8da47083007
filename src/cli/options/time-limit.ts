import {type Call, type OptionSpec, UsageError} from "../terminal/usage.js";

/** The option of every command that reads files of the caller's. */
export const TIME_LIMIT: OptionSpec = {
  value: "SECONDS",
  help: "end the reading of files of your own if one step takes longer (60)",
};

/** @throws UsageError unless the time limit is a number of seconds above 0. */
export function timeLimitOf(command: string, options: Call["options"]): number {
  const text = String(options.get("timeLimit") ?? "60");
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 2_000_000)) {
    throw new UsageError(
      `${command}: --timeLimit must be seconds above 0 and up to 2000000, got ${JSON.stringify(text)}`,
    );
  }
  return seconds;
}
