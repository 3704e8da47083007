import {randomStream, shuffled} from "../tensor/random.js";
import {requireInteger, requireLength} from "../tensor/require.js";
import type {MaskedModel} from "./masked-text.js";

/** Least share of masked tokens in training. */
export const LEAST_SHARE = 1e-3;

/** A batch of texts that were masked for training. */
export interface MaskedBatch {
  /** Token ids, [texts, length]. */
  readonly ids: ArrayLike<number>;
  /** Time of each text, uniform in (0, 1). */
  readonly times: ArrayLike<number>;
  /** Uniform draws, [texts, length]: a token is masked where its draw is below the share of its text. */
  readonly draws: ArrayLike<number>;
  /** [texts, length, vocab] */
  readonly logits: ArrayLike<number>;
  /** Tokens of the prompt of each text, which are never masked when it is learned how to answer. */
  readonly prompts: ArrayLike<number>;
}

/** Losses of a batch. */
export interface MaskedLosses {
  /** 1 where a token is masked, [texts, length]. */
  readonly masked: Uint8Array;
  /** Over all tokens of the batch. */
  readonly pretraining: number;
  /** Over answers alone, each text by the length of its answer. */
  readonly tuning: number;
}

/**
 * LLaDA's objective: the cross-entropy of masked tokens over the share p = (1 - eps) t + eps of masked ones. (arXiv:2502.09992,
 * equation 3 and algorithms 1 and 2)
 * @param leastShare eps
 * @throws RangeError if the parts of the batch do not fit together.
 */
export function maskedLosses(batch: MaskedBatch, leastShare = LEAST_SHARE): MaskedLosses {
  const {ids, times, draws, logits, prompts} = batch;
  const [texts, length] = [times.length, ids.length / times.length];
  requireInteger("maskedLosses", "ids.length / times.length", length, 1);
  requireLength("maskedLosses", "draws", draws, ids.length);
  requireLength("maskedLosses", "prompts", prompts, texts);
  const vocabSize = logits.length / ids.length;
  requireInteger("maskedLosses", "logits.length / ids.length", vocabSize, 1);
  const masked = new Uint8Array(ids.length);
  let [pretraining, tuning] = [0, 0];
  for (let text = 0; text < texts; text++) {
    const share = (1 - leastShare) * times[text] + leastShare;
    for (let i = 0; i < length; i++) {
      const at = text * length + i;
      if (draws[at] >= share) continue;
      masked[at] = 1;
      const loss = crossEntropy(logits, at * vocabSize, vocabSize, ids[at]) / share;
      pretraining += loss / ids.length;
      if (i >= prompts[text]) tuning += loss / (length - prompts[text]) / texts;
    }
  }
  return {masked, pretraining, tuning};
}

/** -log softmax(z)[id] of the logits from `start` on, in nats. */
export function crossEntropy(logits: ArrayLike<number>, start: number, count: number, id: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let v = 0; v < count; v++) top = Math.max(top, logits[start + v]);
  let sum = 0;
  for (let v = 0; v < count; v++) sum += Math.exp(logits[start + v] - top);
  return top + Math.log(sum) - logits[start + id];
}

/** Options of a bound of the likelihood. */
export interface BoundOptions {
  /** Random masks that are averaged; LLaDA takes 128. */
  readonly draws: number;
  readonly seed: number;
}

/**
 * An upper bound, in expectation, of the loss of a text after a prompt, in nats a token: of the L tokens after the prompt
 * exactly k are masked, k uniform from 1 to L, and the losses of the masked ones are weighed by L / k. (arXiv:2502.09992,
 * equation 6) The draws of k are spread evenly.
 */
export function likelihoodBound(
  model: MaskedModel,
  ids: readonly number[],
  promptTokens: number,
  {draws, seed}: BoundOptions,
): number {
  const count = ids.length - promptTokens;
  requireInteger("likelihoodBound", "tokens after the prompt", count, 1);
  requireInteger("likelihoodBound", "draws", draws, 1);
  const random = randomStream(seed, "likelihood bound");
  const places = Array.from({length: count}, (_, i) => promptTokens + i);
  const text = model.open(ids.length);
  let sum = 0;
  const first = random.uniform();
  for (let draw = 0; draw < draws; draw++) {
    const k = 1 + Math.floor(((first + draw / draws) % 1) * count);
    const masked = shuffled(places, random).slice(0, k);
    sum += maskedLoss(model, text, ids, masked) / k;
  }
  return sum / draws;
}

/** The summed cross-entropy of the tokens at `masked`, predicted all at once from the others. */
export function maskedLoss(
  model: MaskedModel,
  text: ReturnType<MaskedModel["open"]>,
  ids: readonly number[],
  masked: readonly number[],
): number {
  const noisy = ids.slice();
  for (const at of masked) noisy[at] = model.maskToken;
  const {logits} = text.predict(noisy, {from: 0, to: ids.length});
  const losses = masked.map((at) => crossEntropy(logits, at * model.vocabSize, model.vocabSize, ids[at]));
  return losses.reduce((sum, loss) => sum + loss, 0);
}
