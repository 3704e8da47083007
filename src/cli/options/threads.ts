import {type Call, type OptionSpec, UsageError} from "../terminal/usage.js";

/** The option of commands that run a model. */
export const THREADS: OptionSpec = {
  value: "N",
  help: "threads that share products with large matrices, over one memory; results are the same (1)",
};

const MOST = 256;

/** @throws UsageError unless the threads are an integer from 1 to 256. */
export function threadsOf(command: string, options: Call["options"]): number {
  const text = String(options.get("threads") ?? "1");
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST) return threads;
  throw new UsageError(
    `${command}: --threads must be an integer from 1 to ${MOST}, got ${JSON.stringify(text)}`,
  );
}
