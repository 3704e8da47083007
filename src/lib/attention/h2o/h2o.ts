import {requireShare} from "../../tensor/require.js";
import {mostImportant} from "../budget-mask.js";
import {type EvictionRule, indices} from "../eviction/eviction.js";
import {policy} from "../policy.js";
import {keepFraction, sinks} from "../policy-params.js";

/**
 * H2O: each head holds the most recent keys and the heavy hitters, those that have had the most attention while they
 * were there; what is dropped is gone for good. (arXiv:2306.14048, algorithm 1)
 * @param recentShare share of the room that is for the most recent keys
 * @throws RangeError unless recentShare is from 0 to 1.
 */
export function h2oRule({recentShare = 0.5} = {}): EvictionRule {
  requireShare("h2oRule", "recentShare", recentShare);
  return {
    evicts: "after each token",
    counted: Number.POSITIVE_INFINITY,
    scores: (received) => received,
    keep({positions, received, room}) {
      // Rounded down: the key of the query to come is recent too.
      const recent = Math.floor(room * recentShare);
      const old = positions.length - recent;
      const heavy = mostImportant(received.subarray(0, old), room - recent);
      return [...heavy.sort((a, b) => a - b), ...indices(positions.length, old)];
    },
  };
}

/** H2O: the keys that have had the most attention, and the newest. */
export const h2o = policy({
  id: "h2o",
  label: "H2O",
  source: "arXiv:2306.14048, algorithm 1",
  family: "tokens",
  kind: "evicts",
  isShownFirst: true,
  params: {
    keepFraction,
    sinks,
    recentShare: {
      kind: "number",
      label: "Share of what is held that is the newest keys",
      min: 0,
      max: 1,
      step: 0.05,
      default: 0.5,
      advanced: true,
    },
  },
  needs: [],
  cachePresets: [
    {id: "h2o-half", params: {keepFraction: 0.5}},
    {id: "h2o-quarter", params: {keepFraction: 0.25}},
    {id: "h2o-half-int4", params: {keepFraction: 0.5, format: "int4"}},
  ],
  eviction: ({recentShare}) => h2oRule({recentShare}),
  // It compares the score of every key that a head holds.
  costs: {compared: (_config, {shownToHeads}) => 8 * shownToHeads},
});
