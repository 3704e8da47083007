import {decodingMethod} from "../method.js";
import {depth, draftTemperature, width} from "../method-params.js";
import {evenLayers} from "../skipping/even-layers.js";
import {treeDecoding} from "../tree/tree-decoding.js";
import {sharedCacheDraft} from "./model-draft.js";

/** Self-speculation: the draft is the target without some of its layers; no second model is needed. */
export const skippingDraft = decodingMethod({
  id: "skipping-draft",
  label: "Draft with fewer layers",
  source: "arXiv:2309.08168, section 3, with layers spread evenly (arXiv:2404.06954)",
  params: {
    depth: {...depth, default: 4},
    width: {...width, default: 2},
    speedup: {
      kind: "number",
      label: "Layers of the target for each of the draft",
      help: "The first and the last always stay.",
      min: 1,
      max: 8,
      step: 0.25,
      default: 1.5,
    },
    draftTemperature,
  },
  takes: "nothing",
  lossless: true,
  run({target}, prompt, {depth, width, speedup, draftTemperature: temperature}, goal) {
    const kept = new Set(evenLayers(target.config.layers, speedup));
    const hooks = {skip: (layer: number) => !kept.has(layer)};
    return treeDecoding(target, prompt, sharedCacheDraft(target, {depth, width, temperature, hooks}), goal);
  },
});
