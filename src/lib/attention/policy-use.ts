/** Use of policies: every knob that a caller has, checked against the record of the policy at hand. */

import type {PackedKvCache} from "../engine/cache/packed-kv-cache.js";
import type {DecoderConfig} from "../engine/decoder/config.js";
import type {Hooks} from "../engine/hooks.js";
import {budgetOf} from "../engine/key-budget.js";
import {checkParams} from "../technique/check-params.js";
import {type EvictingCache, type EvictingCacheOptions, evictingCache} from "./eviction/evicting-cache.js";
import type {Policy, PolicySetting, PolicyValues} from "./policy.js";
import type {ReadingCache} from "./selective-reading.js";

/** Values by the name of a parameter: `keepFraction`, `sinks`, `pageSize` …; those of other policies are passed over. */
export type Knobs = Readonly<Record<string, unknown>>;

/**
 * The values of a policy's own parameters, missing ones at their defaults.
 * @throws RangeError if a value is out of its range, or the policy needs a predictor that the setting lacks.
 */
export function policyValues(
  where: string,
  {id, params, needs}: Policy,
  knobs: Knobs,
  {predictor}: PolicySetting = {},
): PolicyValues {
  if (needs.includes("predictor") && predictor === undefined) {
    throw new RangeError(
      `${where}: predictor must be given for ${id}, got none. A shipped one loads with tokenButlerPredictor.`,
    );
  }
  const own = Object.entries(knobs).filter(([name]) => Object.hasOwn(params, name));
  return checkParams(`${where}: ${id}`, params, Object.fromEntries(own));
}

/**
 * Hooks that let every query of a whole text see the keys that a policy keeps, as if it were being decoded
 * (TokenButler's evaluation frame, arXiv:2503.07518, section 4). One set of hooks for each text. Policies without
 * `wholeText` also follow a text in parts, beside a cache that holds every token.
 * @throws RangeError as {@link policyValues}; in the pass as the policy's mask.
 */
export function policyHooks(policy: Policy, knobs: Knobs = {}, setting: PolicySetting = {}): Hooks {
  return policy.hooks(policyValues("policyHooks", policy, knobs, setting), setting);
}

/**
 * A cache that holds what an evicting policy keeps and frees the rest, and its hooks; one for each text. A head may hold
 * ceil(keepFraction · tokens so far) keys, and the sinks beside them.
 * @throws RangeError as {@link policyValues}, or if the policy has no rule of eviction.
 */
export function policyCache(
  policy: Policy,
  config: DecoderConfig,
  knobs: Knobs = {},
  {denseLayers = 1, ...options}: Omit<EvictingCacheOptions, "room" | "sinks"> = {},
): EvictingCache {
  const values = policyValues("policyCache", policy, knobs);
  const rule = policy.eviction?.(values);
  if (rule === undefined) {
    throw new RangeError(`policyCache: policy must have a rule of eviction, got ${policy.id}`);
  }
  const room = (seen: number) => budgetOf(values.keepFraction, seen);
  return evictingCache(config, rule, {...options, denseLayers, room, sinks: values.sinks ?? 0});
}

/**
 * A cache over `cache` that holds every token and of which a decoded token reads the part that a policy chooses; one for
 * each text.
 * @throws RangeError as {@link policyValues}, or if the policy cannot choose so.
 */
export function policyReading(
  policy: Policy,
  config: DecoderConfig,
  cache: PackedKvCache,
  knobs: Knobs = {},
  setting: PolicySetting = {},
): ReadingCache {
  const values = policyValues("policyReading", policy, knobs, setting);
  if (policy.reading === undefined) {
    throw new RangeError(
      `policyReading: policy must choose among keys that all stay, got ${policy.id}${policy.wholeText ? `: ${policy.wholeText}` : ""}`,
    );
  }
  return policy.reading(config, cache, values, {denseLayers: 1, ...setting});
}
