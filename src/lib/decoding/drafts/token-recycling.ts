import {requireInteger} from "../../tensor/require.js";
import {NO_PASSES} from "../decoding-run.js";
import type {DraftTree} from "../tree/draft-tree.js";
import type {TreeDrafter} from "../tree/tree-decoding.js";

/**
 * Nodes of each depth of the paper's tree; 80 in all. (Token Recycling, arXiv:2408.08696, section 3.2)
 * Which ranks they have, the paper leaves to a picture: here the ways of the least sums of ranks are taken.
 */
const NODES_OF_DEPTH = [8, 21, 25, 15, 8, 3];

/** A node as the ranks that lead to it from the root. */
type Ranks = readonly number[];

/**
 * Ways of a static tree: at each depth those of the smallest sum of squared ranks among continuations of the depth before;
 * of equal ones the earlier.
 * @param candidates ranks that a node may have
 */
export function recyclingTemplate(
  candidates: number,
  nodesOfDepth: readonly number[] = NODES_OF_DEPTH,
): Ranks[] {
  requireInteger("recyclingTemplate", "candidates", candidates, 1);
  const ways: Ranks[] = [];
  let level: readonly Ranks[] = [[]];
  const cost = (way: Ranks) => way.reduce((sum, rank) => sum + (rank + 1) ** 2, 0);
  for (const count of nodesOfDepth) {
    const next = level.flatMap((way) => Array.from({length: candidates}, (_, rank) => [...way, rank]));
    level = next.sort((a, b) => cost(a) - cost(b)).slice(0, count);
    for (const way of level) ways.push(way);
  }
  return ways;
}

/**
 * Drafts from what the target said before: for each token of the vocabulary the likeliest tokens after its last occurrence,
 * in drafts that were thrown away too. No pass of any model drafts; 4 · vocab · candidates bytes are kept.
 * (Token Recycling, arXiv:2408.08696, section 3)
 */
export function tokenRecycling(vocabSize: number, candidates: number): TreeDrafter {
  const ways = recyclingTemplate(candidates);
  const after = new Int32Array(vocabSize * candidates).fill(-1);
  return {
    draft: (text, depth) => ({
      tree: templateTree(text[text.length - 1], ways, depth, after, candidates),
      passes: NO_PASSES,
    }),
    learn(tree, logits) {
      for (const [node, token] of tree.tokens.entries())
        after.set(topIds(logits[node], candidates), token * candidates);
    },
  };
}

/** Fills the template; a way whose token is not known yet, or stands among its siblings already, is left out. */
function templateTree(
  root: number,
  ways: readonly Ranks[],
  depth: number,
  after: Int32Array,
  candidates: number,
): DraftTree {
  const nodeOf = new Map([["", 0]]);
  const [tokens, parents, depths] = [[root], [-1], [0]];
  for (const way of ways) {
    const parent = nodeOf.get(way.slice(0, -1).join());
    if (parent === undefined || way.length > depth) continue;
    const token = after[tokens[parent] * candidates + way[way.length - 1]];
    if (token < 0) continue;
    nodeOf.set(way.join(), tokens.length);
    tokens.push(token);
    parents.push(parent);
    depths.push(way.length);
  }
  return {tokens, parents, depths, probabilities: tokens.map(() => 1)};
}

/** Ids of the largest logits, the largest first; of equals the lower id. Fewer where the vocabulary is smaller. */
function topIds(logits: Float32Array, count: number): number[] {
  const ids = Array.from(logits, (_, id) => id);
  return ids.sort((a, b) => logits[b] - logits[a] || a - b).slice(0, count);
}
