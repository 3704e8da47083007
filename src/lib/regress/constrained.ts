/** Logit of a token that may not follow: small enough that its chance is zero in float64. (RegressLM) */
export const ILLEGAL_LOGIT = -1e7;

/**
 * Chances of the tokens that may follow: a softmax in which every other token's logit is replaced.
 * @param legal 0 or 1 a token
 * @throws RangeError if the temperature is not above 0.
 */
export function legalChances(
  logits: ArrayLike<number>,
  legal: ArrayLike<number>,
  temperature = 1,
  illegalLogit = ILLEGAL_LOGIT,
): Float64Array {
  if (!(temperature > 0))
    throw new RangeError(`legalChances: temperature must be above 0, got ${temperature}`);
  const scaled = Float64Array.from(
    legal,
    (isLegal, token) => (isLegal ? logits[token] : illegalLogit) / temperature,
  );
  const largest = scaled.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const weights = scaled.map((value) => Math.exp(value - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The token at which the chances, added up, pass `uniform` of [0, 1). */
export function tokenAt(chances: ArrayLike<number>, uniform: number): number {
  let [sum, last] = [0, 0];
  for (let token = 0; token < chances.length; token++) {
    if (chances[token] === 0) continue;
    sum += chances[token];
    last = token;
    if (uniform < sum) return token;
  }
  return last;
}
