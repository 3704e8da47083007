import {requireInteger} from "../../tensor/require.js";
import {mostImportant} from "../budget-mask.js";
import {type EvictionRule, indices} from "../eviction/eviction.js";
import {policy} from "../policy.js";
import {keepFraction, pool, sinks, votingWindow} from "../policy-params.js";
import {maxPool} from "../votes.js";

/**
 * SnapKV: once, after the prompt, the keys that its last `window` queries attended to, pooled over neighbours, and the
 * window itself; what comes later stays. (arXiv:2404.14469, section 4 and listing 1)
 * @throws RangeError unless window is an integer of at least 1 and pool is odd.
 */
export function snapKvRule({window = 32, pool = 7} = {}): EvictionRule {
  requireInteger("snapKvRule", "window", window, 1);
  maxPool(new Float64Array(0), pool);
  return {
    evicts: "after the prompt",
    counted: window,
    scores: (received) => maxPool(received, pool),
    keep({positions, received, room}) {
      // A room smaller than the window holds its newest keys alone.
      const recent = Math.min(window, room);
      const old = positions.length - recent;
      const voted = mostImportant(maxPool(received.subarray(0, old), pool), room - recent);
      return [...voted.sort((a, b) => a - b), ...indices(positions.length, old)];
    },
  };
}

/** SnapKV: the keys that got most attention from the last queries of the prompt, after pooling. */
export const snapKv = policy({
  id: "snapkv",
  label: "SnapKV",
  source: "arXiv:2404.14469, section 4",
  family: "tokens",
  kind: "evicts",
  isShownFirst: true,
  params: {keepFraction, sinks, window: votingWindow, pool},
  needs: [],
  // A window that leaves room for others in short texts.
  cachePresets: [
    {id: "snapkv-half", params: {keepFraction: 0.5, window: 8, pool: 5}, isByChoice: true},
    {id: "snapkv-quarter", params: {keepFraction: 0.25, window: 8, pool: 5}},
    {
      id: "snapkv-half-int4",
      params: {keepFraction: 0.5, window: 8, pool: 5, format: "int4"},
      isByChoice: true,
    },
  ],
  eviction: ({window, pool}) => snapKvRule({window, pool}),
});
