import type {StackSets} from "../automaton/stack-sets.js";
import {type Bits, noBits, setBit} from "./bits.js";
import type {ByteVocabulary} from "./byte-vocabulary.js";

/** Numbers of tokens that a node accepts, refuses, and leaves to the rest of the stack. */
export interface TokenCounts {
  readonly accepted: number;
  readonly rejected: number;
  readonly uncertain: number;
}

/** Verdicts of a node on all tokens, whatever lies below it on the stack. */
export interface NodeMask {
  /** Tokens that it certainly accepts: as a list, as the list of all others, or as bits, whichever takes least. */
  readonly accepted:
    | {readonly kind: "accepted" | "rejected"; readonly ids: Uint32Array}
    | {readonly kind: "bits"; readonly bits: Bits};
  /** Tokens that depend on the stack below: places in the vocabulary's order. */
  readonly uncertain: Uint32Array;
  readonly counts: TokenCounts;
  /** Counts if a token that leaves the rule is always left to the stack. */
  readonly unexpanded: TokenCounts;
  /** Bytes of the lists and bits. */
  readonly bytes: number;
  /** Steps over bytes that it took to find out. */
  readonly steps: number;
}

/** Lists of up to so many ids are stored as lists. (arXiv:2411.15100, section 3.1) */
const LONGEST_LIST = 1000;
const ID_BYTES = 4;

/**
 * Sorts all tokens at a node (XGrammar, arXiv:2411.15100, sections 3.1 and 3.2): accepted if their bytes are a way from the
 * node on without what lies below, uncertain if they leave the rule and some caller may go on with the rest, else
 * rejected.
 */
export function nodeMask(sets: StackSets, {size, ids, tree}: ByteVocabulary, node: number): NodeMask {
  const {byte, length, end, first} = tree;
  const after = new Int32Array(tree.longest + 1);
  /** 1 where a beginning could have left the rule. */
  const left = new Uint8Array(tree.longest + 1);
  after[0] = sets.startAt(node);
  const accepted: number[] = [];
  const uncertain: number[] = [];
  let [undecided, steps] = [0, 0];
  for (let at = 0; at < byte.length; ) {
    const depth = length[at];
    const set = sets.next(after[depth - 1], byte[at]);
    steps++;
    const {isAlive, isAliveOutside, leaves} = sets.of(set);
    const hasLeft = left[depth - 1] === 1;
    if (!isAlive && !isAliveOutside) {
      if (hasLeft) undecided += first[end[at]] - first[at];
      at = end[at];
      continue;
    }
    after[depth] = set;
    left[depth] = hasLeft || leaves ? 1 : 0;
    for (let place = first[at]; place < first[at + 1]; place++) {
      if (isAlive) accepted.push(ids[place]);
      else uncertain.push(place);
      if (!isAlive) undecided++;
    }
    at++;
  }
  const all = ids.length;
  const stored = smallest(accepted, {size, ids});
  return {
    accepted: stored,
    uncertain: Uint32Array.from(uncertain),
    counts: {
      accepted: accepted.length,
      rejected: all - accepted.length - uncertain.length,
      uncertain: uncertain.length,
    },
    unexpanded: {
      accepted: accepted.length,
      rejected: all - accepted.length - undecided,
      uncertain: undecided,
    },
    bytes: ID_BYTES * uncertain.length + (stored.kind === "bits" ? stored.bits : stored.ids).byteLength,
    steps,
  };
}

function smallest(
  accepted: readonly number[],
  {size, ids}: Pick<ByteVocabulary, "size" | "ids">,
): NodeMask["accepted"] {
  const others = ids.length - accepted.length;
  if (Math.min(accepted.length, others) > LONGEST_LIST || Math.min(accepted.length, others) * 32 > size) {
    const bits = noBits(size);
    for (const id of accepted) setBit(bits, id);
    return {kind: "bits", bits};
  }
  if (accepted.length <= others) return {kind: "accepted", ids: Uint32Array.from(accepted)};
  const known = new Set(accepted);
  return {kind: "rejected", ids: ids.filter((id) => !known.has(id))};
}
