import {registry} from "../../technique/registry.js";
import type {Technique} from "../../technique/technique.js";
import {requireInteger} from "../../tensor/require.js";

/** Group of tokens that a step of the model takes and gives as one. */
export interface OpenGroup {
  readonly tokens: number;
  /** Largest entropy of its tokens, in nats. */
  readonly largest: number;
}

/** Record of a rule that says whether a token joins the group before it, by the entropy with which a teacher foresaw it. */
export interface SegmentationRule extends Technique {
  /** Probability of the likeliest token that stands for the rule's threshold by default; null: its thresholds are fixed. */
  readonly confidence: number | null;
  /**
   * Whether a token joins a group that has room for it.
   * @param entropy of the teacher's law of the token, in nats
   * @param threshold {@link confidenceEntropy} of the confidence
   */
  joins(group: OpenGroup, entropy: number, threshold: number): boolean;
}

/** Room of a group. (Jingyu6/hamburger, hamburger/data/segmentor.py) */
export const MOST_TOKENS = 4;

/**
 * Entropy in nats of a law whose likeliest token has probability `confidence`, all others the same.
 * @throws RangeError unless 0 < confidence <= 1 and the vocabulary has at least two tokens.
 */
export function confidenceEntropy(confidence: number, vocabSize: number): number {
  requireInteger("confidenceEntropy", "vocabSize", vocabSize, 2);
  if (!(confidence > 0 && confidence <= 1))
    throw new RangeError(`confidenceEntropy: confidence must be above 0 and up to 1, got ${confidence}`);
  if (confidence === 1) return 0;
  const other = (1 - confidence) / (vocabSize - 1);
  return -(confidence * Math.log(confidence) + (1 - confidence) * Math.log(other));
}

/** Choice of a rule. */
export interface Segmentation {
  readonly rule: SegmentationRule;
  readonly threshold: number;
  /** Tokens of a group at most. */
  readonly most: number;
}

/**
 * Sizes of the groups of a text, in order; they add up to its tokens.
 * @param entropies of the teacher's law of every token, in nats
 * @throws RangeError unless `most` is an integer of at least 1.
 */
export function groupSizes(entropies: ArrayLike<number>, {rule, threshold, most}: Segmentation): number[] {
  requireInteger("groupSizes", "most", most, 1);
  const sizes: number[] = [];
  let largest = 0;
  for (let t = 0; t < entropies.length; t++) {
    const tokens = sizes[sizes.length - 1] ?? most;
    const joins = tokens < most && rule.joins({tokens, largest}, entropies[t], threshold);
    largest = joins ? Math.max(largest, entropies[t]) : entropies[t];
    if (joins) sizes[sizes.length - 1]++;
    else sizes.push(1);
  }
  return sizes;
}

const SOURCE = "arXiv:2505.20438; Jingyu6/hamburger, hamburger/data/strategies.py";

function segmentationRule(
  facts: Pick<SegmentationRule, "id" | "label" | "confidence" | "joins">,
): SegmentationRule {
  return Object.freeze({family: "decoding" as const, source: SOURCE, params: {}, needs: [], ...facts});
}

/** A token joins wherever it was foreseen well enough, whatever begins its group. */
export const sliding = segmentationRule({
  id: "sliding",
  label: "Sliding",
  confidence: 0.7,
  joins: (_group, entropy, threshold) => entropy < threshold,
});

/** Only tokens that were foreseen well go together; every other is a group of its own. */
export const smallGroup = segmentationRule({
  id: "small-group",
  label: "Small groups",
  confidence: 0.95,
  joins: ({largest}, entropy, threshold) => largest <= threshold && entropy <= threshold,
});

/** Entropy below which a token always joins, and share of the group's largest below which it does. */
const LOW_NATS = 0.05;
const FALLS_TO = 0.3;

/** A token joins where it was foreseen far better than the least foreseen of its group. */
export const decreasing = segmentationRule({
  id: "decreasing-v2",
  label: "Decreasing",
  confidence: null,
  joins: ({largest}, entropy) => entropy < LOW_NATS || entropy < FALLS_TO * largest,
});

/** Rules of segmentation, in the order in which pages show them. */
export const segmentationRules = registry("segmentationRuleById", [sliding, smallGroup, decreasing]);
