/** Differences between models measured on the same documents, with intervals whose unit is the document. */

/** A value and its 95 % interval, normal approximation. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const Z95 = 1.959963984540054;

/**
 * exp(mean a) - exp(mean b): how much higher a perplexity is, from the mean negative log-likelihoods (nats) of the
 * documents under both models. Documents are drawn independently and their tokens are not, so the standard error (delta
 * method, covariance inside) counts documents.
 * @throws RangeError unless both hold the same documents, at least two.
 */
export function perplexityGap(a: Float64Array, b: Float64Array): Interval {
  requireSame("perplexityGap", a, b);
  const [p, q] = [Math.exp(mean(a)), Math.exp(mean(b))];
  return interval(
    p - q,
    a.map((value, i) => p * value - q * b[i]),
  );
}

/**
 * 1 - (better - baseline) / (worse - baseline), of perplexities: the share of the loss that is saved. Delta method over
 * documents as {@link perplexityGap}; meaningless where the worse model loses nothing.
 * @throws RangeError unless all hold the same documents, at least two.
 */
export function lossReduction(better: Float64Array, worse: Float64Array, baseline: Float64Array): Interval {
  requireSame("lossReduction", better, worse);
  requireSame("lossReduction", better, baseline);
  const [p, q, p0] = [better, worse, baseline].map((values) => Math.exp(mean(values))) as [
    number,
    number,
    number,
  ];
  const ratio = (p - p0) / (q - p0);
  const influence = better.map((value, i) => {
    const mine = p * value - p0 * baseline[i];
    const other = q * worse[i] - p0 * baseline[i];
    return -(mine - ratio * other) / (q - p0);
  });
  return interval(1 - ratio, influence);
}

/**
 * 1 - mean(a) / mean(b): how much smaller one mean is, such as of KL divergences, by the delta method over documents.
 * @throws RangeError unless both hold the same documents, at least two.
 */
export function meanReduction(a: Float64Array, b: Float64Array): Interval {
  requireSame("meanReduction", a, b);
  const ratio = mean(a) / mean(b);
  const scale = mean(b);
  return interval(
    1 - ratio,
    a.map((value, i) => -(value - ratio * b[i]) / scale),
  );
}

/** From each document's influence on the value: its spread over the root of their number is the standard error. */
function interval(value: number, influence: Float64Array): Interval {
  const middle = mean(influence);
  const squares = influence.reduce((sum, each) => sum + (each - middle) ** 2, 0);
  const half = Z95 * Math.sqrt(squares / (influence.length - 1) / influence.length);
  return {value, low: value - half, high: value + half};
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function requireSame(where: string, a: Float64Array, b: Float64Array): void {
  if (a.length !== b.length || a.length < 2) {
    throw new RangeError(
      `${where}: both models must be measured on the same documents, at least 2, got ${a.length} and ${b.length}`,
    );
  }
}
