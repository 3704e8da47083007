import {mostImportant} from "./budget-mask.js";
import type {EvictionRule} from "./eviction/eviction.js";
import {policy} from "./policy.js";
import {keepFraction, sinks} from "./policy-params.js";

/**
 * TOVA: after each token the keys with the least attention from the newest query go, the newest itself among those that
 * may. Attention is the mean over all heads of the layer, so that all of them hold the same keys.
 * (arXiv:2401.06104, section 3.2)
 */
export const tovaRule: EvictionRule = {
  evicts: "after each token",
  counted: 1,
  countedHeads: "all of the layer",
  scores: (received) => received,
  keep: ({received, room}) => mostImportant(received, room).sort((a, b) => a - b),
};

/** TOVA: the keys with the most attention from the newest query. */
export const tova = policy({
  id: "tova",
  label: "TOVA",
  source: "arXiv:2401.06104",
  family: "tokens",
  kind: "evicts",
  isShownFirst: true,
  params: {keepFraction, sinks},
  needs: [],
  eviction: () => tovaRule,
  // It compares what the newest query gave to every key that a head holds.
  costs: {compared: (_config, {shownToHeads}) => 8 * shownToHeads},
});
