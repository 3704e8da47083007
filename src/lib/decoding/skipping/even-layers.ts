import {requireInteger} from "../../tensor/require.js";
import {layerSchedule} from "./layer-schedule.js";

/**
 * Layers that stay when a decoder is to be `speedup` times as fast: the first, the last, and as many between as fit, evenly
 * spread. (Unified layer skipping, arXiv:2404.06954, section 3)
 * @returns indices in ascending order, at least 2 of a decoder that has as many
 * @throws RangeError unless layers is an integer of at least 1 and speedup a number of at least 1.
 */
export function evenLayers(layers: number, speedup: number): number[] {
  const count = Math.min(layers, Math.max(2, keptLayers("evenLayers", layers, speedup)));
  if (count === 1) return [0];
  return Array.from({length: count}, (_, i) => Math.round((i * (layers - 1)) / (count - 1)));
}

/**
 * Layers that a speed leaves on average, rounded.
 * @throws RangeError as {@link evenLayers}; `caller` begins the message.
 */
export function keptLayers(caller: string, layers: number, speedup: number): number {
  requireInteger(caller, "layers", layers, 1);
  if (!(speedup >= 1 && speedup < Number.POSITIVE_INFINITY))
    throw new RangeError(`${caller}: speedup must be a number of at least 1, got ${speedup}`);
  return Math.max(1, Math.round(layers / speedup));
}

/** Unified layer skipping: every token leaves out the same layers, evenly spread, so that they need no cache at all. */
export const unifiedSkip = layerSchedule({
  id: "unified-skip",
  label: "Unified layer skipping",
  source: "arXiv:2404.06954, section 3",
  readsPromptWhole: false,
  keeps: ({layers, speedup}) => evenLayers(layers, speedup),
});
