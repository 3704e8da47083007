import type {PeerInTurn} from "./contest.js";

/** Name of the copy that stands beside products: memory that is read takes this long at least. */
const COPY = "a copy of the packed weights";

/** A copy of what a product reads, in turn with it: the bound of memory under the same load. */
export function copied(parts: readonly Uint8Array[]): PeerInTurn {
  const targets = parts.map((part) => new Uint8Array(part.length));
  const run = () => {
    for (const [n, part] of parts.entries()) targets[n].set(part);
  };
  return {name: COPY, run};
}
