import {requireInteger} from "../../tensor/require.js";

/** Drafted continuations of a text that share their beginnings: node 0 is the last emitted token, a parent stands before its children. */
export interface DraftTree {
  readonly tokens: readonly number[];
  /** Node that each node follows; -1 for the root. */
  readonly parents: readonly number[];
  /** Tokens after the root; 0 for the root. */
  readonly depths: readonly number[];
  /** Probability that the draft gives the way from the root to each node; 1 for the root. */
  readonly probabilities: readonly number[];
}

/** A tree of the root alone. */
export function rootedTree(token: number): DraftTree {
  return {tokens: [token], parents: [-1], depths: [0], probabilities: [1]};
}

/** Nodes from below the root to `node`, in order; empty for the root. */
export function wayTo({parents}: DraftTree, node: number): number[] {
  const way: number[] = [];
  for (let at = node; at > 0; at = parents[at]) way.unshift(at);
  return way;
}

/** Child nodes of every node, in the order of the nodes. */
export function childrenOf({parents}: DraftTree): number[][] {
  const children: number[][] = parents.map(() => []);
  for (let node = 1; node < parents.length; node++) children[parents[node]].push(node);
  return children;
}

/**
 * Mask of one pass over a whole tree, row-major [nodes, prefix + nodes]: 1 where a node sees a token, which is the whole
 * prefix, its own ancestors and itself. (SpecInfer, arXiv:2305.09781, section 4.2)
 * @param prefix tokens before the root
 * @throws RangeError unless `prefix` is an integer of at least 0.
 */
export function treeMask(tree: DraftTree, prefix: number): Uint8Array {
  requireInteger("treeMask", "prefix", prefix, 0);
  const nodes = tree.tokens.length;
  const width = prefix + nodes;
  const mask = new Uint8Array(nodes * width);
  for (let node = 0; node < nodes; node++) {
    const row = node * width;
    mask.fill(1, row, row + prefix);
    for (let at = node; at >= 0; at = tree.parents[at]) mask[row + prefix + at] = 1;
  }
  return mask;
}

/**
 * The likeliest `count` nodes, the root among them, likeliest first; of equal ones the earlier node. A child is never
 * likelier than its parent, so that they form a tree.
 * @throws RangeError unless `count` is an integer of at least 1.
 */
export function likeliestNodes({probabilities}: DraftTree, count: number): number[] {
  requireInteger("likeliestNodes", "count", count, 1);
  const order = probabilities.map((_, node) => node);
  order.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  return order.slice(0, count);
}

/**
 * Part of a tree as a tree of its own; its nodes stay in their order.
 * @throws RangeError if `kept` lacks the root, or the parent of one of its nodes.
 */
export function subtree(tree: DraftTree, kept: readonly number[]): DraftTree {
  const nodes = [...new Set(kept)].sort((a, b) => a - b);
  const places = new Map(nodes.map((node, place) => [node, place]));
  const parents = nodes.map((node) => (node === 0 ? -1 : places.get(tree.parents[node])));
  const lost = parents.indexOf(undefined);
  if (nodes[0] !== 0 || lost >= 0)
    throw new RangeError(`subtree: kept must hold the parents of its nodes, got ${nodes.join(", ")}`);
  return {
    tokens: nodes.map((node) => tree.tokens[node]),
    parents: parents as number[],
    depths: nodes.map((node) => tree.depths[node]),
    probabilities: nodes.map((node) => tree.probabilities[node]),
  };
}
