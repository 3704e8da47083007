import type {Pushdown} from "../automaton/pushdown.js";
import {stackSets} from "../automaton/stack-sets.js";
import {type Bits, clearBit, hasBit, noBits, setBit} from "./bits.js";
import {type ByteVocabulary, sharedBytes} from "./byte-vocabulary.js";
import {type NodeMask, nodeMask} from "./node-mask.js";

/** Tokens that were allowed, and how many of them were checked with the stack at hand. */
export interface AllowedTokens {
  readonly bits: Bits;
  readonly checked: number;
}

/**
 * A grammar over a vocabulary. A state is a number for what may follow a text: to keep an earlier one, to fork or to go
 * back costs nothing.
 */
export interface TokenMasks {
  /** State before the first token. */
  readonly start: number;
  /** State after a token, or undefined if the grammar does not allow it. */
  accept(state: number, id: number): number | undefined;
  /** State after bytes, or undefined if the grammar does not allow them. */
  acceptBytes(state: number, bytes: Uint8Array): number | undefined;
  /** Tokens that the grammar allows next, by the masks of the nodes; those that these leave open are checked. */
  allowed(state: number): AllowedTokens;
  /** The same with every token checked. */
  allowedByChecking(state: number): AllowedTokens;
  /** True if the text may end. */
  isComplete(state: number): boolean;
  /** Stacks of a state, each as its nodes from the top down. */
  stacksOf(state: number): number[][];
  /** Mask of a node; computed at the first call. @throws RangeError if the node has no edge for a byte. */
  nodeMask(node: number): NodeMask;
  /** Nodes that have masks: those with edges for bytes. */
  readonly maskedNodes: readonly number[];
  readonly pushdown: Pushdown;
  readonly vocabulary: ByteVocabulary;
}

/** Masks of a grammar over a vocabulary, those of a node when it is first met. */
export function tokenMasks(pushdown: Pushdown, vocabulary: ByteVocabulary): TokenMasks {
  const sets = stackSets(pushdown);
  const masks = new Map<number, NodeMask>();
  const byId = new Map(Array.from(vocabulary.ids, (id, place) => [id, place]));
  const valid = noBits(vocabulary.size);
  for (const id of vocabulary.ids) setBit(valid, id);
  const maskOf = (node: number): NodeMask => {
    const known = masks.get(node);
    if (known !== undefined) return known;
    if (pushdown.nodes[node].bytes.length === 0)
      throw new RangeError(`nodeMask: node must have an edge for a byte, got ${node}`);
    const made = nodeMask(sets, vocabulary, node);
    masks.set(node, made);
    return made;
  };
  const isAllowed = (set: number) => set !== sets.dead && sets.of(set).isAlive;
  const acceptBytes = (state: number, bytes: Uint8Array): number | undefined => {
    let at = state;
    for (const value of bytes) {
      at = sets.next(at, value);
      if (!isAllowed(at)) return undefined;
    }
    return at;
  };
  return {
    start: sets.start,
    acceptBytes,
    accept(state, id) {
      const place = byId.get(id);
      return place === undefined ? undefined : acceptBytes(state, vocabulary.bytes[place]);
    },
    allowed(state) {
      const own = sets.of(state).stacks.map((stack) => maskOf(sets.tree.top(stack)));
      const bits = noBits(vocabulary.size);
      joinMasks(bits, own, valid);
      let checked = 0;
      for (const {uncertain} of own) {
        const open = uncertain.filter((place) => !hasBit(bits, vocabulary.ids[place]));
        checked += open.length;
        checkPlaces(open, state, bits);
      }
      return {bits, checked};
    },
    allowedByChecking(state) {
      const bits = noBits(vocabulary.size);
      checkAll(state, bits);
      return {bits, checked: vocabulary.ids.length};
    },
    isComplete: (state) => sets.of(state).isComplete,
    stacksOf: (state) =>
      sets.of(state).stacks.map((stack) => {
        const nodes: number[] = [];
        for (let at = stack; sets.tree.top(at) >= 0; at = sets.tree.below(at)) nodes.push(sets.tree.top(at));
        return nodes;
      }),
    nodeMask: maskOf,
    maskedNodes: pushdown.nodes.flatMap(({bytes}, node) => (bytes.length > 0 ? [node] : [])),
    pushdown,
    vocabulary,
  };

  /** Checks tokens in the order of their bytes: what one shares with the token before is not read again. */
  function checkPlaces(places: Uint32Array, state: number, bits: Bits): void {
    const after: number[] = [state];
    let before: Uint8Array = new Uint8Array();
    for (const place of places) {
      const bytes = vocabulary.bytes[place];
      let at = Math.min(sharedBytes(before, bytes), after.length - 1);
      after.length = at + 1;
      while (at < bytes.length) {
        const set = sets.next(after[at], bytes[at]);
        if (!isAllowed(set)) break;
        after.push(set);
        at++;
      }
      if (at === bytes.length) setBit(bits, vocabulary.ids[place]);
      before = bytes;
    }
  }

  /** Checks the whole vocabulary over the tree of its beginnings. */
  function checkAll(state: number, bits: Bits): void {
    const {byte, length, end, first, longest} = vocabulary.tree;
    const after = new Int32Array(longest + 1);
    after[0] = state;
    for (let at = 0; at < byte.length; ) {
      const set = sets.next(after[length[at] - 1], byte[at]);
      if (!isAllowed(set)) {
        at = end[at];
        continue;
      }
      after[length[at]] = set;
      for (let place = first[at]; place < first[at + 1]; place++) setBit(bits, vocabulary.ids[place]);
      at++;
    }
  }
}

/** All tokens that one of the masks accepts. */
function joinMasks(into: Bits, masks: readonly NodeMask[], valid: Bits): void {
  for (const {accepted} of masks) {
    if (accepted.kind === "accepted") for (const id of accepted.ids) setBit(into, id);
    else {
      const bits = accepted.kind === "bits" ? accepted.bits : withoutIds(valid, accepted.ids);
      for (let word = 0; word < into.length; word++) into[word] |= bits[word];
    }
  }
}

function withoutIds(valid: Bits, ids: Uint32Array): Bits {
  const bits = valid.slice();
  for (const id of ids) clearBit(bits, id);
  return bits;
}
