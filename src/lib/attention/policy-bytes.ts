/** Bytes that a policy costs a decoded token, as this library stores things: float32 values, float64 scores. */

import type {DecoderConfig} from "../engine/decoder/config.js";
import type {Reads} from "../engine/read-counter.js";
import {requireInteger} from "../tensor/require.js";
import type {Policy, PolicySetting, PolicySizes} from "./policy.js";
import {policyValues} from "./policy-use.js";

/** Bytes that a decoded token reads, means over tokens. */
export interface ReadBytes {
  /** Keys and values that attention was shown. */
  readonly kv: number;
  /** Read by the policy beside them: page bounds, importance keys, scores, keys that the oracle only compares. */
  readonly method: number;
  /** Weights that only the policy has; a batch of texts reads them once. */
  readonly weights: number;
}

/**
 * Bytes read by a decoded token.
 * @param reads what the tokens were shown, counted with the setting's `denseLayers`
 * @param lengths for each of them the keys up to it, itself included
 * @param knobs as of {@link policyValues}
 * @throws RangeError as {@link policyStateBytes}.
 */
export function policyReadBytes(
  policy: Policy,
  config: DecoderConfig,
  reads: Reads,
  lengths: readonly number[],
  knobs: Readonly<Record<string, unknown>> = {},
  setting: PolicySetting = {},
): ReadBytes {
  const states = lengths.map((length) => policyStateBytes(policy, config, length, knobs, setting));
  const state = states.reduce((sum, bytes) => sum + bytes, 0) / states.length;
  return {
    kv: reads.keys * 8 * config.headDim,
    method: state + policy.costs.compared(config, reads),
    weights: policy.costs.weights(setting),
  };
}

/**
 * Bytes that a policy stores for a text of `length` tokens beside keys and values, and looks at for each token.
 * @throws RangeError as {@link policyValues}, unless length is an integer of at least 0, or if the policy needs a predictor that the setting lacks.
 */
export function policyStateBytes(
  policy: Policy,
  sizes: PolicySizes,
  length: number,
  knobs: Readonly<Record<string, unknown>> = {},
  setting: PolicySetting = {},
): number {
  requireInteger("policyStateBytes", "length", length, 0);
  const values = policyValues("policyStateBytes", policy, knobs, setting);
  return 4 * policy.costs.state(sizes, length, values, setting);
}
