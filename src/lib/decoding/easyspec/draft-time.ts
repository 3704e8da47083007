import {layerRuns} from "./fuzzy-layers.js";

/** Times of the halves of a layer, each on as many devices as suit it. */
export interface HalfTimes {
  readonly attentionSeconds: number;
  readonly networkSeconds: number;
}

/**
 * Seconds of a drafted token: the attentions of a run in the time of one, since each has devices of its own, and the
 * networks one after the other. (EasySpec, arXiv:2502.02493)
 * @throws RangeError as {@link layerRuns}.
 */
export function fuzzyDraftSeconds(
  layers: number,
  atOnce: number,
  {attentionSeconds, networkSeconds}: HalfTimes,
): number {
  return layerRuns(layers, atOnce).length * attentionSeconds + layers * networkSeconds;
}
