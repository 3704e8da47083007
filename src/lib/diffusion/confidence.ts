import {registry} from "../technique/registry.js";
import type {RandomStream} from "../tensor/random.js";

/** A rule by which a step chooses the tokens that it writes: those with the largest confidence. */
export interface Confidence {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  /**
   * @param probabilities of the tokens at a masked position, [vocab]
   * @param token the one that would be written there
   */
  readonly of: (probabilities: Float64Array, token: number, random: RandomStream) => number;
}

/** The probability of the token that would be written. */
const lowConfidence: Confidence = {
  id: "low_confidence",
  label: "most probable first",
  source: "arXiv:2502.09992, section 2.4; Dream's maskgit_plus",
  of: (probabilities, token) => probabilities[token],
};

/** Any order. */
const random: Confidence = {
  id: "random",
  label: "random order",
  source: "arXiv:2502.09992, section 2.4",
  of: (_probabilities, _token, stream) => stream.uniform(),
};

/** The distance between the two largest probabilities. */
const margin: Confidence = {
  id: "topk_margin",
  label: "largest margin first",
  source: "arXiv:2508.15487, released generation_utils.py",
  of(probabilities) {
    let [first, second] = [0, 0];
    for (const p of probabilities) {
      if (p > first) [first, second] = [p, first];
      else if (p > second) second = p;
    }
    return first - second;
  },
};

/** Negative entropy. */
const entropy: Confidence = {
  id: "entropy",
  label: "lowest entropy first",
  source: "arXiv:2508.15487, released generation_utils.py",
  of: (probabilities) => probabilities.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0),
};

/** Rules of confidence by id. */
export const confidences = registry<Confidence>("confidences", [lowConfidence, margin, entropy, random]);

/**
 * The places of the `count` largest values, ascending; of equal ones the earlier first.
 * @param values NaN counts as the smallest
 */
export function largest(values: ArrayLike<number>, count: number): number[] {
  const at = (i: number) => (Number.isNaN(values[i]) ? Number.NEGATIVE_INFINITY : values[i]);
  const order = Array.from({length: values.length}, (_, i) => i);
  // Differences of infinities are NaN.
  order.sort((a, b) => (at(a) === at(b) ? a - b : at(b) > at(a) ? 1 : -1));
  return order.slice(0, count).sort((a, b) => a - b);
}
