import {requireInteger} from "../../tensor/require.js";

/**
 * Tokens of one pass of the target if each drafted token is accepted with the same chance, independently of the others:
 * (1 - α^(γ + 1)) / (1 - α). (arXiv:2211.17192, equation 1)
 * @param alpha chance that a drafted token is accepted, in [0, 1]
 * @param gamma drafted tokens
 * @throws RangeError for values out of range.
 */
export function expectedTokens(alpha: number, gamma: number): number {
  requireInteger("expectedTokens", "gamma", gamma, 0);
  if (!(alpha >= 0 && alpha <= 1))
    throw new RangeError(`expectedTokens: alpha must be in [0, 1], got ${alpha}`);
  return alpha === 1 ? gamma + 1 : (1 - alpha ** (gamma + 1)) / (1 - alpha);
}

/**
 * Speed against plain decoding if a pass of the draft takes `cost` times as long as one of the target. (arXiv:2211.17192,
 * theorem 3.8)
 * @param cost time of a draft's pass over that of the target's, at least 0
 * @throws RangeError for values out of range.
 */
export function chainSpeedup(alpha: number, gamma: number, cost: number): number {
  if (!(cost >= 0 && cost < Number.POSITIVE_INFINITY))
    throw new RangeError(`chainSpeedup: cost must be a number of at least 0, got ${cost}`);
  return expectedTokens(alpha, gamma) / (gamma * cost + 1);
}
