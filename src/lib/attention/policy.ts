import type {PackedKvCache} from "../engine/cache/packed-kv-cache.js";
import type {CachePreset} from "../engine/cache/technique.js";
import type {DecoderConfig} from "../engine/decoder/config.js";
import type {Hooks} from "../engine/hooks.js";
import type {Reads} from "../engine/read-counter.js";
import {checkParams} from "../technique/check-params.js";
import type {ChoiceParam, NumberParam, ParamValues} from "../technique/params.js";
import type {Technique} from "../technique/technique.js";
import {type EvictionRule, noteBytes} from "./eviction/eviction.js";
import {evictionMask, evictionScores} from "./eviction/eviction-replay.js";
import {shareRows} from "./logits.js";
import {type Importance, type KeyMask, type Queries, requireWhole, selectionShape} from "./selection.js";
import {selectionHooks} from "./selection-hooks.js";
import {type ReadingCache, selectiveReading} from "./selective-reading.js";
import type {TokenButlerPredictor} from "./token-butler/token-butler-weights.js";

/** Parameters of a policy: numbers all, its share of keys among them. */
export type PolicyParams = Readonly<Record<string, NumberParam | ChoiceParam<number>>> & {
  readonly keepFraction: NumberParam;
};

/** A value for every parameter of a policy. */
export type PolicyValues = Readonly<Record<string, number>> & {readonly keepFraction: number};

/** Means to use a policy with. */
export interface PolicySetting {
  /** First layers that see every key, by default 1 as in TokenButler's protocol; 2 in Quest's. */
  readonly denseLayers?: number;
  /** TokenButler's predictor for the model. */
  readonly predictor?: TokenButlerPredictor;
}

/** A layer of a whole text as a policy met it. */
export interface PolicyLayer {
  readonly layer: number;
  readonly queries: Queries;
  /** Hidden states of layer 0 in the same pass, [T, width]. */
  readonly hidden: Readonly<Record<TokenButlerPredictor["site"], Float32Array>>;
}

/** Sizes of a model that the costs of a policy follow. */
export type PolicySizes = Pick<DecoderConfig, "layers" | "kvHeads" | "headDim">;

/** Costs of a policy beside keys and values, as this library stores things. */
export interface PolicyCosts {
  /** Numbers stored for a text of `length` tokens, all of which a decoded token looks at. */
  state(sizes: PolicySizes, length: number, values: PolicyValues, setting: PolicySetting): number;
  /** Those numbers in words. */
  readonly stateInWords?: string;
  /** Bytes of such a number in a cache: 4, or 2 where it is packed. In masks it is always float32. */
  readonly cachedBytes: number;
  /** Bytes read by a decoded token to compare keys: scores, keys that are not chosen. */
  compared(sizes: PolicySizes, reads: Reads): number;
  /** Bytes of weights that only the policy has; a batch of texts reads them once. */
  weights(setting: PolicySetting): number;
  /** Bytes noted of each key that a cache holds. */
  readonly note: number;
}

/** Record of one policy: the keys that a query reads, or that a head holds. */
export interface Policy<P extends PolicyParams = PolicyParams> extends Technique<P> {
  /** `selects`: all keys stay, each query reads some. `evicts`: a key that is dropped is gone. */
  readonly kind: "selects" | "evicts";
  /** `bound`: it knows what no method can know. `floor`: every method must stay above it. */
  readonly standing: "method" | "bound" | "floor";
  /** Pages show it before a reader asks, and tables of large models have it. */
  readonly isShownFirst: boolean;
  /** As masks it looks at every key before each choice, which its cache does once: at the end of the prompt. */
  readonly masksLookAtAll: boolean;
  /** Reason why hooks can only follow a text that comes whole; without it, parts and single tokens read the same. */
  readonly wholeText?: string;
  /** The mask of a whole text, or of queries after keys that all stay; undefined: only its hooks can tell. */
  mask?(queries: Queries, values: PolicyValues, layer: number): KeyMask;
  /** Hooks by which every query of a text sees its keys as if it were being decoded; for one text at a time. */
  hooks(values: PolicyValues, setting: PolicySetting): Hooks;
  /**
   * The share of importance that each query gives to each key, on a scale that readers can compare: a softmax of scores
   * that stand for logits, sums of attention over their total. Null for a policy that asks nothing of a key.
   */
  importance(met: PolicyLayer, values: PolicyValues, setting: PolicySetting): Importance | null;
  readonly costs: PolicyCosts;
  /** Settings of its cache that have a name: rows of the tables of small caches. */
  readonly cachePresets: readonly CachePreset<Readonly<Record<string, number | string>>>[];
  /** The rule of a cache that frees what it drops. */
  eviction?(values: PolicyValues): EvictionRule;
  /** A cache that holds everything and of which a decoded token reads a part, over one that gives every token back. */
  reading?(
    config: DecoderConfig,
    cache: PackedKvCache,
    values: PolicyValues,
    options: PolicySetting,
  ): ReadingCache;
}

type Optional =
  | "standing"
  | "masksLookAtAll"
  | "isShownFirst"
  | "hooks"
  | "importance"
  | "costs"
  | "cachePresets"
  | "mask"
  | "eviction"
  | "reading";

/** A policy as its room states it; what follows from the rest may be left out. */
type PolicyDefinition<P extends PolicyParams> = Omit<Policy<P>, Optional> & {
  readonly standing?: Policy["standing"];
  readonly isShownFirst?: boolean;
  readonly masksLookAtAll?: boolean;
  mask?(queries: Queries, values: ParamValues<P>, layer: number): KeyMask;
  hooks?(values: ParamValues<P>, setting: PolicySetting): Hooks;
  importance?(met: PolicyLayer, values: ParamValues<P>, setting: PolicySetting): Importance;
  readonly costs?: Partial<
    Omit<PolicyCosts, "note" | "state"> & {
      state(sizes: PolicySizes, length: number, values: ParamValues<P>, setting: PolicySetting): number;
    }
  >;
  readonly cachePresets?: Policy["cachePresets"];
  eviction?(values: ParamValues<P>): EvictionRule;
  reading?(
    config: DecoderConfig,
    cache: PackedKvCache,
    values: ParamValues<P>,
    options: PolicySetting,
  ): ReadingCache;
};

/** Parts that evicting rules have in common: a mask replays them. */
const REPLAYED = "what a head holds follows from the start of the text on";

/**
 * A policy from what its room states: hooks from its mask, the mask from its rule of eviction, the cache that is read in
 * part from the mask. The types of its own parameters end here, so that a registry can hold all policies.
 */
export function policy<const P extends PolicyParams>(definition: PolicyDefinition<P>): Policy {
  // Each function is only ever given values that were checked against the record's own parameters.
  const own = definition as unknown as PolicyDefinition<PolicyParams>;
  const wholeText = own.wholeText ?? (own.eviction && REPLAYED);
  const mask = own.mask?.bind(own) ?? replayedMask(own);
  return {
    ...own,
    standing: own.standing ?? "method",
    isShownFirst: own.isShownFirst ?? false,
    masksLookAtAll: own.masksLookAtAll ?? ruleOf(own)?.evicts === "after the prompt",
    ...(wholeText !== undefined && {wholeText}),
    ...(mask && {mask}),
    hooks: own.hooks?.bind(own) ?? maskedHooks(own.id, mask!, wholeText),
    importance: (met, values, setting) => importanceOf(own, met, values, setting),
    cachePresets: own.cachePresets ?? presetsOf(own.id),
    costs: {
      state: () => 0,
      compared: () => 0,
      weights: () => 0,
      cachedBytes: 4,
      ...own.costs,
      note: noteBytes(ruleOf(own) ?? {counted: 0}),
    },
    ...readingOf(own, wholeText),
  };
}

type Stated = PolicyDefinition<PolicyParams>;

function maskedHooks(
  id: string,
  mask: NonNullable<Policy["mask"]>,
  wholeText: string | undefined,
): Policy["hooks"] {
  return (values, {denseLayers = 1}) =>
    selectionHooks(
      (queries, layer) => {
        if (wholeText !== undefined) {
          requireWhole(`policyHooks: ${id} (${wholeText})`, selectionShape("policyHooks", queries));
        }
        return mask(queries, values, layer);
      },
      {denseLayers},
    );
}

function replayedMask({eviction}: Stated): Policy["mask"] {
  return eviction && ((queries, values) => evictionMask(eviction(values), queries, values));
}

function importanceOf(
  {importance, eviction}: Stated,
  met: PolicyLayer,
  values: PolicyValues,
  setting: PolicySetting,
): Importance | null {
  if (importance) return importance(met, values, setting);
  const scores = eviction && evictionScores(eviction(values), met.queries, values);
  return scores ? shareRows(scores) : null;
}

/** Any choice among keys that all stay can be that of a cache. */
function readingOf({kind, mask, reading}: Stated, wholeText: string | undefined): Pick<Policy, "reading"> {
  if (reading) return {reading};
  if (kind !== "selects" || mask === undefined || wholeText !== undefined) return {};
  return {
    reading: (config, cache, values, options) =>
      selectiveReading(config, cache, {...options, mask: (call) => mask(call, values, call.layer).data}),
  };
}

/** Half and a quarter of the keys. */
const presetsOf = (id: string) => [
  {id: `${id}-half`, params: {keepFraction: 0.5}},
  {id: `${id}-quarter`, params: {keepFraction: 0.25}},
];

/** The rule at the parameters' defaults: what it counts and when it evicts is the same at others. */
const ruleOf = ({id, params, eviction}: Stated) => eviction?.(checkParams(id, params, {}));
