import {requireInteger} from "../../tensor/require.js";
import {decodingMethod} from "../method.js";
import {depth, draftTemperature, width} from "../method-params.js";
import {treeDecoding} from "../tree/tree-decoding.js";
import {sharedCacheDraft} from "./model-draft.js";

/**
 * Layers that stay when a decoder is to be `speedup` times as fast: the first, the last, and as many between as fit, evenly
 * spread. (Unified layer skipping, arXiv:2404.06954, section 3)
 * @returns indices in ascending order, at least 2 of a decoder that has as many
 * @throws RangeError unless layers is an integer of at least 1 and speedup a number of at least 1.
 */
export function evenLayers(layers: number, speedup: number): number[] {
  requireInteger("evenLayers", "layers", layers, 1);
  if (!(speedup >= 1 && speedup < Number.POSITIVE_INFINITY))
    throw new RangeError(`evenLayers: speedup must be a number of at least 1, got ${speedup}`);
  const count = Math.min(layers, Math.max(2, Math.round(layers / speedup)));
  if (count === 1) return [0];
  return Array.from({length: count}, (_, i) => Math.round((i * (layers - 1)) / (count - 1)));
}

/** Self-speculation: the draft is the target without some of its layers, so that no second model is needed. */
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
