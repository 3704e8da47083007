/** Differences between models measured on the same documents, with intervals whose unit is the document. */

import {influenceInterval, type Measurement} from "../stats/interval.js";
import {mean} from "../stats/moments.js";

/**
 * exp(mean a) - exp(mean b): how much higher a perplexity is, from the mean negative log-likelihoods (nats) of the
 * documents under both models. Documents are drawn independently and their tokens are not, so the interval (delta method,
 * covariance inside, Student's t) counts documents.
 * @throws RangeError unless both hold the same documents, at least two.
 */
export function perplexityGap(a: Float64Array, b: Float64Array): Measurement {
  requireSame("perplexityGap", a, b);
  const [p, q] = [Math.exp(mean(a)), Math.exp(mean(b))];
  return influenceInterval(
    p - q,
    a.map((value, i) => p * value - q * b[i]),
  );
}

/**
 * 1 - (better - baseline) / (worse - baseline), of perplexities: the share of the loss that is saved. Delta method over
 * documents as {@link perplexityGap}; meaningless where the worse model loses nothing.
 * @throws RangeError unless all hold the same documents, at least two.
 */
export function lossReduction(
  better: Float64Array,
  worse: Float64Array,
  baseline: Float64Array,
): Measurement {
  requireSame("lossReduction", better, worse);
  requireSame("lossReduction", better, baseline);
  const [p, q, p0] = [better, worse, baseline].map((values) => Math.exp(mean(values)));
  const ratio = (p - p0) / (q - p0);
  const influence = better.map((value, i) => {
    const mine = p * value - p0 * baseline[i];
    const other = q * worse[i] - p0 * baseline[i];
    return -(mine - ratio * other) / (q - p0);
  });
  return influenceInterval(1 - ratio, influence);
}

/**
 * 1 - mean(a) / mean(b): how much smaller one mean is, such as of KL divergences, by the delta method over documents.
 * @throws RangeError unless both hold the same documents, at least two.
 */
export function meanReduction(a: Float64Array, b: Float64Array): Measurement {
  requireSame("meanReduction", a, b);
  const ratio = mean(a) / mean(b);
  const scale = mean(b);
  return influenceInterval(
    1 - ratio,
    a.map((value, i) => -(value - ratio * b[i]) / scale),
  );
}

function requireSame(where: string, a: Float64Array, b: Float64Array): void {
  if (a.length !== b.length || a.length < 2) {
    throw new RangeError(
      `${where}: both models must be measured on the same documents, at least 2, got ${a.length} and ${b.length}`,
    );
  }
}
