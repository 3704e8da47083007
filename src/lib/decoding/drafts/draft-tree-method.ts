import {decodingMethod} from "../method.js";
import {draftTemperature, treeShape} from "../method-params.js";
import {treeDecoding} from "../tree/tree-decoding.js";
import {ownCacheDraft} from "./model-draft.js";

/** EAGLE-2's tree: a smaller model expands its likeliest branches, and the target verifies the likeliest nodes in one pass. */
export const dynamicTree = decodingMethod({
  id: "dynamic-tree",
  label: "Dynamic draft tree",
  source:
    "arXiv:2406.16858, section 4; the draft is a decoder, not the paper's head over the target's features",
  params: {
    ...treeShape,
    draftTemperature,
  },
  takes: "a smaller model",
  lossless: true,
  run: ({target, draft}, prompt, {depth, width, nodes, draftTemperature: temperature}, goal) =>
    treeDecoding(target, prompt, ownCacheDraft(draft, {depth, width, nodes, temperature}), goal),
});
