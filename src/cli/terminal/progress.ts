import {Presets, SingleBar} from "cli-progress";
import {printable} from "../../lib/io/printable.js";

/** Shows how far a piece of work is. */
export interface ProgressLine {
  update(share: number, what?: string): void;
  stop(): void;
}

/** A bar on stderr if that is a terminal; nothing at all if not, so that logs and pipes stay clean. */
export function progressLine(): ProgressLine {
  if (!process.stderr.isTTY) return {update: () => {}, stop: () => {}};
  const format = "{bar} {percentage} % {what}";
  const bar = new SingleBar({format, stream: process.stderr, clearOnComplete: true}, Presets.shades_classic);
  bar.start(1, 0, {what: ""});
  return {
    update: (share, what) => bar.update(share, what === undefined ? {} : {what: printable(what)}),
    stop: () => bar.stop(),
  };
}
