import {NO_PASSES} from "./decoding-run.js";
import {decodingMethod} from "./method.js";
import {rootedTree} from "./tree/draft-tree.js";
import {treeDecoding} from "./tree/tree-decoding.js";

/** Plain decoding: one pass of the model for each token. */
export const plain = decodingMethod({
  id: "plain",
  label: "One token a pass",
  source: "arXiv:1706.03762, section 3",
  params: {},
  takes: "nothing",
  lossless: true,
  run: ({target}, prompt, _, goal) =>
    treeDecoding(
      target,
      prompt,
      {draft: (text) => ({tree: rootedTree(text[text.length - 1]), passes: NO_PASSES})},
      goal,
    ),
});
