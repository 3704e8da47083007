/** The only ways to a terminal: what a file says in a name or a message cannot steer it. */
import {printableLines} from "../../lib/io/printable.js";

/** Writes text of whole lines, a result, to stdout. */
export function show(text: string): void {
  process.stdout.write(printableLines(text));
}

/** Writes one line to stdout. */
export function say(line: string): void {
  console.log(printableLines(line));
}

/** Writes one line to stderr: what went wrong, or what a result leaves out. */
export function complain(line: string): void {
  console.error(printableLines(line));
}
