import {decodingMethod} from "../method.js";
import {treeDecoding} from "../tree/tree-decoding.js";
import {tokenRecycling as recycling} from "./token-recycling.js";

/**
 * Token Recycling: drafts come from a table of the likeliest next tokens of each token, updated from the passes of
 * the model.
 */
export const tokenRecycling = decodingMethod({
  id: "token-recycling",
  label: "Token Recycling",
  source: "arXiv:2408.08696, section 3",
  params: {
    candidates: {
      kind: "integer",
      label: "Tokens kept after each token",
      help: "The paper has 8.",
      min: 1,
      max: 32,
      default: 8,
    },
  },
  takes: "nothing",
  lossless: true,
  run: ({target}, prompt, {candidates}, goal) =>
    treeDecoding(target, prompt, recycling(target.config.vocabSize, candidates), goal),
});
