import {requireInteger} from "../../tensor/require.js";
import {type DraftTree, likeliestNodes, rootedTree, subtree} from "./draft-tree.js";

/**
 * Draft of a tree: the law of the next token after each of `nodes`, [vocab] each. It is called level by level, with nodes
 * whose parents it was asked about before.
 */
export type TreeDraft = (tree: DraftTree, nodes: readonly number[]) => readonly Float64Array[];

/** Shape of a drafted tree. */
export interface TreeShape {
  /** Levels below the root. */
  readonly depth: number;
  /** Nodes of each level. */
  readonly width: number;
}

/**
 * SubSpec's tree (arXiv:2509.18344): beam search by the probability of the way. Each level holds the `width` likeliest of
 * all continuations of the level before, so that leaves may share a parent and some end. Of equal ones the earlier parent
 * comes first, then the lower id. The last level is not fed to the draft.
 * @throws RangeError unless depth and width are integers of at least 1.
 */
export function beamTree(root: number, {depth, width}: TreeShape, draft: TreeDraft): DraftTree {
  requireShape("beamTree", {depth, width});
  let tree = rootedTree(root);
  let level: readonly number[] = [0];
  for (let at = 1; at <= depth && level.length > 0; at++) {
    const before = tree.tokens.length;
    tree = withNodes(tree, likeliest(tree, level, draft(tree, level), width));
    level = Array.from({length: tree.tokens.length - before}, (_, i) => before + i);
  }
  return tree;
}

/**
 * EAGLE-2's tree (arXiv:2406.16858, section 4): the `width` likeliest nodes of a level are continued by their `width`
 * likeliest tokens each, all of which stay in the pool, and in the end the `nodes` likeliest of the pool are kept beside
 * the root.
 * @throws RangeError unless depth, width and nodes are integers of at least 1.
 */
export function eagleTree(
  root: number,
  {depth, width, nodes}: TreeShape & {readonly nodes: number},
  draft: TreeDraft,
): DraftTree {
  requireShape("eagleTree", {depth, width});
  requireInteger("eagleTree", "nodes", nodes, 1);
  let tree = rootedTree(root);
  let level: readonly number[] = [0];
  for (let at = 1; at <= depth && level.length > 0; at++) {
    const before = tree.tokens.length;
    const laws = draft(tree, level);
    const added = level.flatMap((node, i) => likeliest(tree, [node], [laws[i]], width));
    tree = withNodes(tree, added);
    const fresh = added.map((_, i) => before + i);
    fresh.sort((a, b) => tree.probabilities[b] - tree.probabilities[a] || a - b);
    level = fresh.slice(0, width);
  }
  return subtree(tree, likeliestNodes(tree, nodes + 1));
}

function requireShape(caller: string, {depth, width}: TreeShape): void {
  requireInteger(caller, "depth", depth, 1);
  requireInteger(caller, "width", width, 1);
}

interface NewNode {
  readonly parent: number;
  readonly token: number;
  readonly probability: number;
}

/**
 * The `count` likeliest of every token after every one of `nodes`, likeliest first; of equal ones the earlier node, then the
 * lower id. The list stays sorted as it grows, since it is short and the candidates are many.
 */
function likeliest(
  tree: DraftTree,
  nodes: readonly number[],
  laws: readonly Float64Array[],
  count: number,
): NewNode[] {
  const best: NewNode[] = [];
  nodes.forEach((parent, i) => {
    const before = tree.probabilities[parent];
    laws[i].forEach((chance, token) => {
      const probability = before * chance;
      if (best.length === count && !(probability > best[count - 1].probability)) return;
      let place = best.length;
      while (place > 0 && probability > best[place - 1].probability) place--;
      best.splice(place, 0, {parent, token, probability});
      best.length = Math.min(best.length, count);
    });
  });
  return best;
}

function withNodes(tree: DraftTree, added: readonly NewNode[]): DraftTree {
  return {
    tokens: [...tree.tokens, ...added.map(({token}) => token)],
    parents: [...tree.parents, ...added.map(({parent}) => parent)],
    depths: [...tree.depths, ...added.map(({parent}) => tree.depths[parent] + 1)],
    probabilities: [...tree.probabilities, ...added.map(({probability}) => probability)],
  };
}
