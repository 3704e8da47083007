import {requireInteger} from "../../tensor/require.js";
import {NO_PASSES} from "../decoding-run.js";
import {type Ranks, templateTree, topIds} from "../tree/template-tree.js";
import type {TreeDrafter} from "../tree/tree-decoding.js";

/**
 * Nodes of each depth of the paper's tree; 80 in all. (Token Recycling, arXiv:2408.08696, section 3.2)
 * Which ranks they have, the paper leaves to a picture: here the ways of the least sums of ranks are taken.
 */
const NODES_OF_DEPTH = [8, 21, 25, 15, 8, 3];

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
      tree: templateTree(text[text.length - 1], ways, depth, (token, _, rank) => {
        const next = after[token * candidates + rank];
        return next < 0 ? undefined : {token: next, chance: 1};
      }),
      passes: NO_PASSES,
    }),
    learn({tree, logits}) {
      for (const [node, token] of tree.tokens.entries())
        after.set(topIds(logits[node], candidates), token * candidates);
    },
  };
}
