/** Rotary frequencies of a model, stretched for texts longer than those of its training. */

import type {Rope, RopeScaling} from "../architectures/record/rope.js";
import {inverseFrequencies, llama3Frequencies} from "./rope.js";

/** Angles per token of each rotated pair, and the factor of sine and cosine. */
export interface RopeFrequencies {
  readonly frequencies: Float64Array;
  readonly factor: number;
}

/**
 * The frequencies of a text of `tokens` tokens: with a dynamic scaling, or longrope, they depend on its length.
 * @throws RangeError if longrope does not have a divisor for each pair.
 */
export function ropeFrequencies({theta, dim, scaling}: Rope, tokens: number): RopeFrequencies {
  const plain = inverseFrequencies(dim, theta);
  if (scaling === null) return {frequencies: plain, factor: 1};
  switch (scaling.kind) {
    case "linear":
      return {frequencies: plain.map((w) => w / scaling.factor), factor: 1};
    case "dynamic":
      return {frequencies: inverseFrequencies(dim, dynamicTheta(theta, dim, scaling, tokens)), factor: 1};
    case "llama3":
      return {frequencies: llama3Frequencies(plain, scaling), factor: 1};
    case "yarn":
      return {frequencies: yarnFrequencies(plain, theta, dim, scaling), factor: scaling.attentionFactor};
    case "longrope":
      return {frequencies: longropeFrequencies(plain, scaling, tokens), factor: scaling.attentionFactor};
  }
}

type Scaling<Kind> = Extract<RopeScaling, {kind: Kind}>;

/** The base grown with the text, once that is longer than the model was made for: θ (f n/m - (f - 1))^(d / (d - 2)). */
function dynamicTheta(
  theta: number,
  dim: number,
  {factor, originalMaxPositions}: Scaling<"dynamic">,
  tokens: number,
) {
  const length = Math.max(tokens, originalMaxPositions);
  return theta * ((factor * length) / originalMaxPositions - (factor - 1)) ** (dim / (dim - 2));
}

/**
 * Frequencies that turn often in the original context stay, those that turn seldom are divided by the factor, and a ramp
 * over the pairs leads from one to the other. (YaRN, arXiv:2309.00071, section 3.2)
 */
function yarnFrequencies(
  plain: Float64Array,
  theta: number,
  dim: number,
  scaling: Scaling<"yarn">,
): Float64Array {
  const {factor, originalMaxPositions, betaFast, betaSlow, truncate} = scaling;
  const pairOf = (turns: number) =>
    (dim * Math.log(originalMaxPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [first, last] = [pairOf(betaFast), pairOf(betaSlow)];
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, dim - 1);
  // A ramp of no length would divide by zero.
  const length = high === low ? 0.001 : high - low;
  return plain.map((w, j) => {
    const stretched = Math.min(1, Math.max(0, (j - low) / length));
    return (w / factor) * stretched + w * (1 - stretched);
  });
}

/** Each frequency has a divisor of its own, another beyond the original context. (LongRoPE, arXiv:2402.13753) */
function longropeFrequencies(
  plain: Float64Array,
  scaling: Scaling<"longrope">,
  tokens: number,
): Float64Array {
  const {shortFactor, longFactor, originalMaxPositions} = scaling;
  const divisors = tokens > originalMaxPositions ? longFactor : shortFactor;
  if (divisors.length !== plain.length) {
    throw new RangeError(
      `ropeFrequencies: longrope must have ${plain.length} divisors, got ${divisors.length}`,
    );
  }
  return plain.map((w, j) => w / divisors[j]);
}
