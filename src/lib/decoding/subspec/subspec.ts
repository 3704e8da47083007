import {ownCacheDraft, sharedCacheDraft} from "../drafts/model-draft.js";
import {decodingMethod} from "../method.js";
import {depth, draftTemperature, width} from "../method-params.js";
import {treeDecoding} from "../tree/tree-decoding.js";

/**
 * SubSpec: the draft is the target with its layers in few bits; it reads the target's cache and removes its own
 * entries after each round, so that its errors do not accumulate. A beam of ways is verified in one pass.
 */
export const subspec = decodingMethod({
  id: "subspec",
  label: "SubSpec",
  source: "arXiv:2509.18344, section 3",
  params: {
    depth: {...depth, default: 16},
    width: {...width, default: 6},
    draftTemperature: {...draftTemperature, default: 0.2},
    sharesCache: {
      kind: "flag",
      label: "Share the target's cache",
      help: "Off: the draft keeps a cache of its own, the paper's ablation.",
      default: true,
      advanced: true,
    },
  },
  takes: "a substitute",
  lossless: true,
  run({target, draft}, prompt, {depth, width, draftTemperature: temperature, sharesCache}, goal) {
    const drafts = sharesCache ? sharedCacheDraft : ownCacheDraft;
    return treeDecoding(target, prompt, drafts(draft, {depth, width, temperature}), goal);
  },
});
