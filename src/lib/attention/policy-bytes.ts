/** What a policy costs a decoded token in bytes, as this library stores things: float32 values, float64 scores. */

import type {DecoderConfig} from "../engine/decoder/config.js";
import type {Reads} from "../engine/read-counter.js";
import type {PolicyId, PolicyOptions} from "./policies.js";
import {tokenButlerParameters} from "./token-butler/token-butler-cost.js";

/** Bytes that a decoded token reads, means over tokens. */
export interface ReadBytes {
  /** Keys and values that attention was shown. */
  readonly kv: number;
  /** What the policy looks at beside them: page bounds, importance keys, scores, keys that the oracle only compares. */
  readonly method: number;
  /** Weights that only the policy has; a batch of texts reads them once. */
  readonly weights: number;
}

/**
 * Bytes read by a decoded token.
 * @param reads what the tokens were shown, counted with the policy's `denseLayers`
 * @param lengths for each of them the keys up to it, itself included
 * @throws RangeError if TokenButler has no predictor.
 */
export function policyReadBytes(
  id: PolicyId,
  config: DecoderConfig,
  reads: Reads,
  lengths: readonly number[],
  options: PolicyOptions = {},
): ReadBytes {
  const state = mean(lengths.map((length) => policyStateBytes(id, config, length, options)));
  return {
    kv: reads.keys * 8 * config.headDim,
    method: state + comparedBytes(id, config, reads),
    weights: id === "token-butler" ? 4 * predictorParameters(options) : 0,
  };
}

/**
 * Bytes that a policy stores for a text of `length` tokens beside keys and values, and looks at for each token: Quest's
 * page bounds, TokenButler's importance keys and the keys and values of its own attention. Its slots of layer 0 exist
 * and are counted, though nothing asks for them.
 * @throws RangeError if TokenButler has no predictor.
 */
export function policyStateBytes(
  id: PolicyId,
  {layers, kvHeads, headDim}: DecoderConfig,
  length: number,
  {pageSize = 16, denseLayers = 1, predictor}: PolicyOptions = {},
): number {
  const pageValues = (layers - denseLayers) * Math.ceil(length / pageSize) * kvHeads * headDim;
  if (id === "quest") return 4 * 2 * pageValues;
  if (id === "quest-released") return 4 * pageValues;
  if (id !== "token-butler") return 0;
  if (predictor === undefined) throw new RangeError("policyStateBytes: predictor must be given, got none");
  const {heads, layers: slots, importanceDim, reducedDim} = predictor.shape;
  return 4 * length * (slots * heads * importanceDim + 2 * reducedDim);
}

/** Bytes that an evicting cache notes of each key that it holds: its position, and its score where the policy keeps one. */
export function evictionNoteBytes(id: PolicyId): number {
  return id === "h2o" || id === "snapkv" ? 12 : 4;
}

/** H2O compares the score of every key that a head holds; the oracle every key, also those that it does not choose. */
function comparedBytes(id: PolicyId, {headDim}: DecoderConfig, {keys, allKeys, shownToHeads}: Reads): number {
  if (id === "h2o") return 8 * shownToHeads;
  return id === "oracle" ? 4 * headDim * (allKeys - keys) : 0;
}

function predictorParameters({predictor}: PolicyOptions): number {
  return tokenButlerParameters(predictor!.shape, {withUnusedNorm: false});
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
