/** MoE++'s balance between experts that multiply and experts that do not. (arXiv:2410.07348, sections 3.3 and 3.4) */

/** Numbers of experts, and the weight of those that multiply nothing in the balance. */
export interface BalanceOptions {
  /** Experts with matrices, which come first. */
  readonly experts: number;
  /** Below 1 more tokens go to experts that multiply nothing. */
  readonly tau: number;
}

/**
 * The loss Σ η f P over all experts: f the share of tokens that chose one, P its mean probability, η one for experts with
 * matrices and `tau` for the others.
 * @param shares f, [experts]
 * @param probabilities P, [experts]
 * @throws RangeError if the two differ in length.
 */
export function heterogeneousBalance(
  shares: readonly number[],
  probabilities: readonly number[],
  {experts, tau}: BalanceOptions,
): number {
  if (shares.length !== probabilities.length) {
    throw new RangeError(
      `heterogeneousBalance: shares must be as many as the ${probabilities.length} probabilities, got ${shares.length}`,
    );
  }
  return shares.reduce((sum, share, e) => sum + (e < experts ? 1 : tau) * share * probabilities[e], 0);
}

/** A batch's tokens and experts. */
export interface CapacityOptions extends BalanceOptions {
  readonly tokens: number;
  /** Experts that multiply nothing. */
  readonly idle: number;
  /** γ: tokens that an expert may take over those of a perfect balance. */
  readonly factor: number;
}

/**
 * Tokens that an expert with matrices, and one without, may take of a batch: γ τ T / (τ N + M) and γ T / (τ N + M).
 * @throws RangeError if a count or the factor is not positive; there may be no idle experts.
 */
export function expertCapacity({tokens, experts, idle, tau, factor}: CapacityOptions): {
  readonly multiplying: number;
  readonly idle: number;
} {
  for (const [name, value] of Object.entries({tokens, experts, tau, factor})) {
    if (!(value > 0)) throw new RangeError(`expertCapacity: ${name} must be positive, got ${value}`);
  }
  if (!(idle >= 0)) throw new RangeError(`expertCapacity: idle must be at least 0, got ${idle}`);
  const each = (factor * tokens) / (tau * experts + idle);
  return {multiplying: tau * each, idle: each};
}
