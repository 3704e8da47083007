/** Speeds at which two models write, in tokens per second. */
export interface DecodeSpeeds {
  readonly small: number;
  readonly large: number;
}

/**
 * Seconds of a token if a share of all is written by the large model and each model reads along while the other writes.
 * (SplitReason, arXiv:2504.16379, section 3.4)
 * @param share tokens of the large model over all, in [0, 1]
 * @throws RangeError for a share out of range, or a speed that is not above 0.
 */
export function splitSecondsPerToken(share: number, {small, large}: DecodeSpeeds): number {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`splitSecondsPerToken: share must be in [0, 1], got ${share}`);
  for (const [name, speed] of [["small", small] as const, ["large", large] as const])
    if (!(speed > 0)) throw new RangeError(`splitSecondsPerToken: ${name} must be above 0, got ${speed}`);
  return (1 - share) / small + share / large;
}
