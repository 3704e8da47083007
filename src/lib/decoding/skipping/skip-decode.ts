import {keptLayers} from "./even-layers.js";
import {layerSchedule, type ScheduledToken} from "./layer-schedule.js";

/** First layers that every token passes. */
const WARM_UP = 1;

/**
 * Layers of a token by SkipDecode: from all at the first token after the prompt down to few at the last, in a line, so that
 * their mean is that of the speed asked for. (arXiv:2307.02628, section 3)
 */
export function skipDecodeDepth({layers, speedup, step, steps}: ScheduledToken): number {
  const least = Math.max(WARM_UP, 2 * (layers / speedup) - layers);
  if (step < 0 || steps < 2) return step < 0 ? layers : keptLayers("skipDecodeDepth", layers, speedup);
  return Math.round(layers - ((layers - least) * Math.min(step, steps - 1)) / (steps - 1));
}

/**
 * SkipDecode: the later a token, the fewer layers it passes, always the first and the last ones. A layer that a token passes
 * was passed by all tokens before it, so that their keys and values are there and nothing is computed again.
 */
export const skipDecode = layerSchedule({
  id: "skip-decode",
  label: "SkipDecode",
  source: "arXiv:2307.02628, section 3",
  readsPromptWhole: true,
  keeps(token) {
    const top = skipDecodeDepth(token) - WARM_UP;
    return Array.from({length: token.layers}, (_, layer) => layer).filter(
      (layer) => layer < WARM_UP || layer >= token.layers - top,
    );
  },
});
