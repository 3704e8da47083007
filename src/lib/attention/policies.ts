/** Which keys a query reads or a cache holds, by name: every policy of the library behind one pair of functions. */

import type {DecoderConfig} from "../engine/decoder/config.js";
import type {Hooks} from "../engine/hooks.js";
import {requireFraction} from "../tensor/require.js";
import type {BudgetOptions} from "./budget-mask.js";
import {budgetOf} from "./budget-mask.js";
import {type EvictingCache, evictingCache} from "./evicting-cache.js";
import {type EvictionPolicy, h2oEviction, snapKvEviction, streamingEviction} from "./eviction.js";
import {h2oMask} from "./h2o/h2o.js";
import {h2oReleasedMask} from "./h2o/h2o-released.js";
import {oracleMask} from "./oracle.js";
import {questMask} from "./quest/quest.js";
import {questReleasedMask} from "./quest/quest-released.js";
import {randomMask} from "./random-selection.js";
import {forEachRow, type KeyMask, type Queries, selectionShape} from "./selection.js";
import {selectionHooks, type TokenButlerPredictor, tokenButlerHooks} from "./selection-hooks.js";
import {snapKvMask} from "./snapkv/snapkv.js";
import {snapKvReleasedMask} from "./snapkv/snapkv-released.js";
import {lambdaMask, streamingLlmMask} from "./streaming-llm.js";

/** What a policy says of itself. */
export interface Policy {
  readonly label: string;
  readonly source: string;
  /** `selects`: all keys stay, each query reads some. `evicts`: a key that is dropped is gone. */
  readonly kind: "selects" | "evicts";
}

const tokenButlerPaper = "arXiv:2503.07518";

/** All policies, in the order in which pages show them. */
export const POLICIES = {
  oracle: {label: "Oracle", source: `the true logits; ${tokenButlerPaper}, section 4`, kind: "selects"},
  "token-butler": {label: "TokenButler", source: tokenButlerPaper, kind: "selects"},
  quest: {label: "Quest", source: "arXiv:2406.10774", kind: "selects"},
  "quest-released": {
    label: "Quest as run by TokenButler's repository",
    source: `${tokenButlerPaper}, its repository`,
    kind: "selects",
  },
  h2o: {label: "H2O", source: "arXiv:2306.14048", kind: "evicts"},
  "h2o-released": {
    label: "H2O as run by TokenButler's repository",
    source: `${tokenButlerPaper}, its repository`,
    kind: "evicts",
  },
  snapkv: {label: "SnapKV", source: "arXiv:2404.14469", kind: "evicts"},
  "snapkv-released": {
    label: "SnapKV as run by TokenButler's repository",
    source: `${tokenButlerPaper}, its repository`,
    kind: "evicts",
  },
  "streaming-llm": {label: "StreamingLLM", source: "arXiv:2309.17453", kind: "evicts"},
  lambda: {label: "Λ-shaped mask", source: "arXiv:2308.16137", kind: "evicts"},
  random: {label: "Random", source: "the floor", kind: "selects"},
} as const satisfies Readonly<Record<string, Policy>>;

export type PolicyId = keyof typeof POLICIES;

export const POLICY_IDS = Object.keys(POLICIES) as readonly PolicyId[];

/** Those with a rule for a cache that really lets keys go. */
export const EVICTING_POLICY_IDS = ["h2o", "snapkv", "streaming-llm"] as const satisfies readonly PolicyId[];

export interface PolicyOptions {
  /** First keys that every query sees on top of its budget; StreamingLLM counts them as part of it. */
  readonly sinks?: number;
  /** First layers that see every key. */
  readonly denseLayers?: number;
  /** Keys of a page, for Quest. */
  readonly pageSize?: number;
  /** SnapKV's last queries. */
  readonly window?: number;
  /** Of the random policy. */
  readonly seed?: number;
  /** TokenButler's predictor for this model. */
  readonly predictor?: TokenButlerPredictor;
}

/**
 * Hooks that let every query of a whole text see the keys that a policy keeps, as if it were being decoded
 * (TokenButler's evaluation frame). TokenButler's also follow a text token by token. One set of hooks for each text.
 * @param keepFraction share of the keys that a query sees; 1 is the model itself
 * @throws RangeError if keepFraction is not in (0, 1], or TokenButler has no predictor; in the pass as the policy's mask.
 */
export function policyHooks(id: PolicyId, keepFraction: number, options: PolicyOptions = {}): Hooks {
  requireFraction("policyHooks", "keepFraction", keepFraction);
  const {sinks = 4, denseLayers = 1, predictor} = options;
  if (id === "token-butler") {
    if (predictor === undefined) {
      throw new RangeError(
        "policyHooks: predictor must be given for token-butler, got none. A shipped one loads with tokenButlerPredictor.",
      );
    }
    return tokenButlerHooks(predictor, {keepFraction, sinks, denseLayers});
  }
  return selectionHooks((queries, layer) => policyMask(id, queries, {keepFraction, sinks}, options, layer), {
    denseLayers,
  });
}

/** The mask of one layer of any policy that needs nothing but queries and keys. */
function policyMask(
  id: Exclude<PolicyId, "token-butler">,
  queries: Queries,
  budget: Required<BudgetOptions>,
  {pageSize = 16, window = 32, seed = 0}: PolicyOptions,
  layer: number,
): KeyMask {
  const shape = () => selectionShape("policyHooks", queries);
  const {keepFraction, sinks} = budget;
  switch (id) {
    case "oracle":
      return oracleMask(queries, budget);
    case "quest":
      return questMask(queries, {...budget, pageSize});
    case "quest-released":
      return questReleasedMask(queries, {...budget, pageSize}).mask;
    case "h2o":
      return withSinks(h2oMask(queries, {keepFraction}), sinks);
    case "h2o-released":
      return h2oReleasedMask(queries, budget);
    case "snapkv":
      return snapKvMask(queries, {...budget, window});
    case "snapkv-released":
      return snapKvReleasedMask(queries, {...budget, window});
    case "streaming-llm":
      return streamingLlmMask(shape(), budget);
    case "lambda":
      return lambdaMask(shape(), {sinks, window: budgetOf(keepFraction, shape().keys)});
    case "random":
      return randomMask(shape(), seed + layer, budget);
  }
}

/** Shows the first keys to every query: they are no part of the budget, as in the frame of all others. */
function withSinks(mask: KeyMask, sinks: number): KeyMask {
  forEachRow(mask, (_h, _i, start, visible) => {
    mask.data.fill(1, start, start + Math.min(sinks, visible));
  });
  return mask;
}

/**
 * A cache that holds what an evicting policy keeps and frees the rest, after every pass, and its hooks; one for each
 * text. A head may hold ceil(keepFraction · tokens so far) keys and the sinks beside them.
 * @throws RangeError if keepFraction is not in (0, 1] or an option is out of its range.
 */
export function policyCache(
  config: DecoderConfig,
  id: (typeof EVICTING_POLICY_IDS)[number],
  keepFraction: number,
  {sinks = 4, denseLayers = 1, window = 32}: PolicyOptions = {},
): EvictingCache {
  requireFraction("policyCache", "keepFraction", keepFraction);
  const room = (seen: number) => budgetOf(keepFraction, seen);
  const rules: Readonly<Record<typeof id, () => EvictionPolicy>> = {
    h2o: () => h2oEviction(room),
    snapkv: () => snapKvEviction(room, {window}),
    "streaming-llm": () => streamingEviction(room, {sinks}),
  };
  const rule = rules[id]();
  const policy = id === "streaming-llm" ? rule : sparingSinks(rule, sinks);
  return evictingCache(config, policy, {denseLayers});
}

/** The same rule over all keys but the first ones, which stay. */
function sparingSinks(rule: EvictionPolicy, sinks: number): EvictionPolicy {
  return {
    countedQueries: rule.countedQueries,
    keep(held) {
      const kept = new Set(rule.keep(held));
      for (let at = 0; at < held.positions.length && held.positions[at] < sinks; at++) kept.add(at);
      return [...kept].sort((a, b) => a - b);
    },
  };
}
