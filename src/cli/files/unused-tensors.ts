import {printable} from "../../lib/io/printable.js";
import {complain} from "../terminal/print.js";

/**
 * Says on stderr that the files at `path` hold tensors that no part of the model takes, if they do.
 * @param unused rows of an experiment's table with their names in the column `tensor`
 */
export function complainUnused(
  command: string,
  path: string,
  unused: readonly Readonly<Record<string, unknown>>[],
): void {
  if (unused.length === 0) return;
  const count = unused.length === 1 ? "a tensor" : `${unused.length} tensors`;
  const first = printable(String(unused[0].tensor));
  const more = unused.length > 1 ? " …" : "";
  complain(`${command}: ${path} holds ${count} that no part of the model takes: ${first}${more}`);
}
