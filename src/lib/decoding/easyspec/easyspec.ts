import {ownCacheDraft} from "../drafts/model-draft.js";
import {decodingMethod} from "../method.js";
import {draftTemperature, treeShape} from "../method-params.js";
import {treeDecoding} from "../tree/tree-decoding.js";
import {fuzzyHooks} from "./fuzzy-layers.js";

/**
 * EasySpec: the smaller model drafts with the attention of several layers computed in parallel from the same input,
 * one device each; after each round it reads the kept tokens exactly, so that errors do not accumulate.
 */
export const easySpec = decodingMethod({
  id: "easyspec",
  label: "EasySpec",
  source: "arXiv:2502.02493; the tree is that of arXiv:2406.16858, section 4",
  params: {
    ...treeShape,
    atOnce: {
      kind: "integer",
      label: "Attentions computed at once",
      help: "Consecutive layers whose attention is computed at once, after the first layer; 1 is the ordinary draft.",
      min: 1,
      max: 16,
      default: 3,
    },
    draftTemperature,
    calibrates: {
      kind: "flag",
      label: "Calibrate the draft's cache",
      help: "One exact pass over the kept tokens. Off: their keys and values stay as the draft computed them.",
      default: true,
      advanced: true,
    },
  },
  takes: "a smaller model",
  lossless: true,
  run(
    {target, draft},
    prompt,
    {depth, width, nodes, atOnce, draftTemperature: temperature, calibrates},
    goal,
  ) {
    const hooks = fuzzyHooks(draft, atOnce);
    const readsWith = (isPrompt: boolean) => (calibrates || isPrompt ? {} : hooks);
    const shape = {depth, width, nodes, temperature, hooks};
    return treeDecoding(target, prompt, ownCacheDraft(draft, shape, readsWith), goal);
  },
});
