/** Losses that make the tokens of a chunk share experts, in training; here they are measured. (arXiv:2507.08771, section 3.2) */

import {mean} from "../../stats/moments.js";
import {sigmoid} from "../../tensor/activation.js";

/** Keeps a logarithm finite. */
const EPSILON = 1e-5;

/** log(1 + exp(v)) without overflow. */
const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));

/**
 * Activation locality: the cross-entropy of each token's experts, as σ(k · score), with those of the token after it.
 * @param scores of the router before ReLU, [tokens, experts]
 * @param steepness k
 * @returns nats, the mean over experts and pairs of neighbours; 0 for less than two tokens
 * @throws RangeError if the scores are no whole rows.
 */
export function localityLoss(scores: Float32Array, experts: number, steepness = 1): number {
  const tokens = rowsOf("localityLoss", scores, experts);
  const terms = Array.from({length: Math.max(0, tokens - 1) * experts}, (_, i) => {
    const logit = steepness * scores[i];
    const target = sigmoid(steepness * scores[i + experts]);
    return softplus(logit) - target * logit;
  });
  return terms.length === 0 ? 0 : mean(terms);
}

/**
 * Chunk sparsification: the expected share of experts that some token of a chunk asks for, 1 - mean over chunks and experts of
 * Π (1 - p), p the scores above zero over their sum. Tokens beyond the last whole chunk are left out.
 * @param scores of the router before ReLU, [tokens, experts]
 * @param chunk tokens of a chunk; 64 in the paper
 * @returns a share of the experts; 0 if there is no whole chunk
 * @throws RangeError if the scores are no whole rows or the chunk is no positive integer.
 */
export function chunkLoss(scores: Float32Array, experts: number, chunk = 64): number {
  const tokens = rowsOf("chunkLoss", scores, experts);
  if (!Number.isInteger(chunk) || chunk < 1)
    throw new RangeError(`chunkLoss: chunk must be a positive integer, got ${chunk}`);
  const chunks = Math.floor(tokens / chunk);
  if (chunks === 0) return 0;
  const unused = new Float64Array(chunks * experts).fill(1);
  for (let t = 0; t < chunks * chunk; t++) {
    const row = scores.subarray(t * experts, (t + 1) * experts).map((score) => Math.max(0, score));
    const sum = row.reduce((all, score) => all + score, 0) + EPSILON;
    const first = Math.floor(t / chunk) * experts;
    row.forEach((score, e) => {
      unused[first + e] *= 1 - score / sum;
    });
  }
  return 1 - mean(unused);
}

function rowsOf(where: string, scores: Float32Array, experts: number): number {
  if (Number.isInteger(experts) && experts > 0 && scores.length % experts === 0)
    return scores.length / experts;
  throw new RangeError(`${where}: scores must be rows of ${experts} experts, got ${scores.length} numbers`);
}
