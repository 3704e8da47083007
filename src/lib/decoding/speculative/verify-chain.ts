import {residualLaw} from "./acceptance.js";

/** Uniforms in [0, 1) that decide; a stream of random numbers gives both. */
export interface ChainUniforms {
  /** Of the drafted token i, if it is looked at. */
  accept(i: number): number;
  /** Of the token at the end. */
  draw(): number;
}

/** Outcome of one verification. */
export interface VerifiedChain {
  /** Drafted tokens that are kept, from the first on. */
  readonly accepted: number;
  /** Token after them: drawn from the residual law after a rejection, from the target's law if all were kept. */
  readonly token: number;
}

/**
 * Verifies a chain of drafted tokens (arXiv:2211.17192, algorithm 1).
 * @param drafted γ tokens, the i-th drawn from `q[i]`
 * @param p the target's laws [γ + 1][vocab]: p[i] after i drafted tokens
 * @param q the draft's laws [γ][vocab]
 * @throws RangeError unless there is one law more in `p` than drafted tokens, and one in `q` for each.
 */
export function verifyChain(
  drafted: ArrayLike<number>,
  p: readonly Float64Array[],
  q: readonly Float64Array[],
  uniform: ChainUniforms,
): VerifiedChain {
  if (p.length !== drafted.length + 1 || q.length !== drafted.length) {
    throw new RangeError(
      `verifyChain: ${drafted.length} drafted tokens must come with ${drafted.length + 1} target laws and ${drafted.length} draft laws, got ${p.length} and ${q.length}`,
    );
  }
  for (let i = 0; i < drafted.length; i++) {
    const token = drafted[i];
    if (uniform.accept(i) < Math.min(1, p[i][token] / q[i][token])) continue;
    return {accepted: i, token: drawAt(residualLaw(p[i], q[i]), uniform.draw())};
  }
  return {accepted: drafted.length, token: drawAt(p[drafted.length], uniform.draw())};
}

/**
 * Inverse of the cumulative law: the first id whose cumulative sum is above `u`; where rounding leaves none, the last id
 * of positive probability.
 * @param u uniform in [0, 1)
 * @throws RangeError if no id has a probability.
 */
export function drawAt(law: Float64Array, u: number): number {
  let sum = 0;
  let last = -1;
  for (let id = 0; id < law.length; id++) {
    if (!(law[id] > 0)) continue;
    last = id;
    sum += law[id];
    if (sum > u) return id;
  }
  if (last < 0)
    throw new RangeError(`drawAt: a law must give some id a probability, got ${law.length} ids of none`);
  return last;
}
