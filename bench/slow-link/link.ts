/** Ways to read a file that are slow on purpose: past the page cache, and at a limited rate. */

import {constants, openSync, readSync} from "node:fs";

/** A link over which bytes are copied, a call at a time. */
export interface Link {
  /** Description, for the name of a side. */
  readonly name: string;
  /** Fills `target` from a place of the file; both begin at multiples of 4096. */
  read(target: Uint8Array, position: number): void;
}

/** The disk itself where the system can read past its page cache; else the file as it is cached, and the name says so. */
export function diskLink(path: string): Link {
  const direct = openDirect(path);
  const file = direct ?? openSync(path, "r");
  return {
    name: direct === undefined ? "the page cache" : "the disk, O_DIRECT",
    read(target, position) {
      const got = readSync(file, target, 0, target.length, position);
      if (got !== target.length) throw new Error(`diskLink: must read ${target.length} bytes, got ${got}`);
    },
  };
}

function openDirect(path: string): number | undefined {
  if (constants.O_DIRECT === undefined) return undefined;
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECT);
  } catch {
    return undefined;
  }
}

/** A link that waits after each copy, until the bytes would have come at a rate. */
export function limitedLink(link: Link, bytesPerSecond: number): Link {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  return {
    name: `${bytesPerSecond / 1e6} MB/s, waited for`,
    read(target, position) {
      const end = performance.now() + (1000 * target.length) / bytesPerSecond;
      link.read(target, position);
      const left = end - performance.now();
      if (left > 0) Atomics.wait(sleeper, 0, 0, left);
    },
  };
}
