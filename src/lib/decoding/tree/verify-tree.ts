import {childrenOf, type DraftTree} from "./draft-tree.js";

/** Outcome of one verification. */
export interface VerifiedTree {
  /** Emitted tokens: those of the accepted way and, unless the last of them ends the text, one more. */
  readonly tokens: readonly number[];
  /** Node whose law gave each emitted token: the root, then the accepted nodes. */
  readonly nodes: readonly number[];
  /** Drafted tokens that were kept. */
  readonly accepted: number;
}

/** End of a text; null where nothing ends it. */
export interface TreeEnd {
  readonly eos: number | null;
}

/**
 * SubSpec's verification (arXiv:2509.18344): at each node of the way the target picks its own token; if a child has it, the
 * way goes on there, and else it ends with that token. Every emitted token is the target's own choice, so that the tree
 * decides only how many of them one pass gives: lossless, greedy or sampled.
 * @param pick token that the target takes after a node: the likeliest, or a draw; asked once for each node on the way
 */
export function verifyTree(tree: DraftTree, pick: (node: number) => number, {eos}: TreeEnd): VerifiedTree {
  const children = childrenOf(tree);
  const tokens: number[] = [];
  const nodes: number[] = [];
  for (let at: number | undefined = 0; at !== undefined; ) {
    const token = pick(at);
    tokens.push(token);
    nodes.push(at);
    at = children[at].find((child) => tree.tokens[child] === token);
    if (at !== undefined && token === eos) return {tokens, nodes, accepted: tokens.length};
  }
  return {tokens, nodes, accepted: tokens.length - 1};
}

/**
 * EAGLE's verification (arXiv:2401.15077): the children of a node are tried in order, each accepted with the probability
 * that the target gives it among those not tried yet; if all fail, a token is drawn from what is left. The same law as
 * {@link verifyTree} with drawn tokens.
 * @param law the target's law after a node, [vocab]
 * @param uniform uniforms in [0, 1): one for each child tried and one for a token at the end
 * @param draw inverse of a cumulative law at a uniform
 */
export function verifyChildrenInOrder(
  tree: DraftTree,
  law: (node: number) => Float64Array,
  uniform: () => number,
  draw: (law: Float64Array, u: number) => number,
  {eos}: TreeEnd,
): VerifiedTree {
  const children = childrenOf(tree);
  const tokens: number[] = [];
  const nodes: number[] = [];
  for (let at = 0; ; ) {
    const left = Float64Array.from(law(at));
    const next = children[at].find((child) => takes(left, tree.tokens[child], uniform));
    nodes.push(at);
    tokens.push(next === undefined ? draw(left, uniform()) : tree.tokens[next]);
    if (next === undefined) return {tokens, nodes, accepted: tokens.length - 1};
    if (tree.tokens[next] === eos) return {tokens, nodes, accepted: tokens.length};
    at = next;
  }
}

/** Whether a child's token is taken; if not, it is struck from the law. */
function takes(left: Float64Array, token: number, uniform: () => number): boolean {
  const chance = left[token];
  if (uniform() < chance) return true;
  left[token] = 0;
  const sum = left.reduce((sum, value) => sum + value, 0);
  for (let id = 0; id < left.length; id++) left[id] /= sum;
  return false;
}
