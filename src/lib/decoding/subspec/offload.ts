/** Cost of decoding with weights on the other side of a slow link. (SubSpec, arXiv:2509.18344, sections 3 and 4) */

import {expectedTokens} from "../speculative/expected-tokens.js";

/** Sizes of a decoder that decide about the bytes of its layers. */
export interface LayerSizes {
  readonly layers: number;
  readonly hiddenSize: number;
  /** Width of the keys, and of the values: kvHeads · headDim. */
  readonly kvWidth: number;
  /** Width of a gated network with three matrices. */
  readonly intermediateSize: number;
}

/** Weights of the seven matrices of a layer: q and o, k and v, gate, up and down. */
export function layerWeights({hiddenSize: h, kvWidth, intermediateSize}: LayerSizes): number {
  return 2 * h * h + 2 * h * kvWidth + 3 * h * intermediateSize;
}

/** Bytes of all layers' matrices in a format of `bits` per weight, scales included. */
export function layersBytes(sizes: LayerSizes, bits: number): number {
  return (sizes.layers * layerWeights(sizes) * bits) / 8;
}

/** Seconds to copy `bytes` over a link of `bytesPerSecond`. */
export function transferSeconds(bytes: number, bytesPerSecond: number): number {
  return bytes / bytesPerSecond;
}

/** Times of one round: `depth` passes of the draft, then one pass of the target. */
export interface SpeculationTimes {
  readonly draftSeconds: number;
  readonly verifySeconds: number;
}

/** Seconds of a token if a round emits `tokens` on average. */
export function secondsPerToken(
  depth: number,
  tokens: number,
  {draftSeconds, verifySeconds}: SpeculationTimes,
): number {
  return (depth * draftSeconds + verifySeconds) / tokens;
}

/**
 * Tokens of a round and seconds of a token for a draft of `depth` whose tokens are accepted with chance `alpha`,
 * independently.
 * @throws RangeError for alpha or depth out of range.
 */
export function chainRound(
  alpha: number,
  depth: number,
  times: SpeculationTimes,
): {readonly tokens: number; readonly secondsPerToken: number} {
  const tokens = expectedTokens(alpha, depth);
  return {tokens, secondsPerToken: secondsPerToken(depth, tokens, times)};
}
