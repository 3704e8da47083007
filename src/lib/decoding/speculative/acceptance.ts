/**
 * Speculative sampling of one token (Leviathan et al., arXiv:2211.17192, algorithm 1; Chen et al., arXiv:2302.01318):
 * a token drawn from the draft's law q is accepted with probability min(1, p / q), and a rejected one is replaced by a
 * draw from what p has more than q. What is emitted has the target's law p.
 */

/**
 * Chance that a token of each id is accepted once the draft has drawn it, [vocab]; 0 where the draft never draws it.
 * @param p the target's probabilities, [vocab]
 * @param q the draft's probabilities, [vocab]
 * @throws RangeError if the two differ in length.
 */
export function acceptChances(p: ArrayLike<number>, q: ArrayLike<number>): Float64Array {
  requireOneVocabulary("acceptChances", p, q);
  return Float64Array.from(p, (target, id) => (q[id] > 0 ? Math.min(1, target / q[id]) : 0));
}

/**
 * Share of drawn tokens that are accepted: Σ min(p, q), which is 1 less the total variation between the two laws.
 * @throws RangeError if the two differ in length.
 */
export function acceptanceRate(p: ArrayLike<number>, q: ArrayLike<number>): number {
  requireOneVocabulary("acceptanceRate", p, q);
  let rate = 0;
  for (let id = 0; id < p.length; id++) rate += Math.min(p[id], q[id]);
  return rate;
}

/**
 * Law of the token that replaces a rejected one: max(0, p - q), normalized, [vocab]. Where the two laws are equal nothing is
 * ever rejected, and p itself is given.
 * @throws RangeError if the two differ in length.
 */
export function residualLaw(p: ArrayLike<number>, q: ArrayLike<number>): Float64Array {
  requireOneVocabulary("residualLaw", p, q);
  const excess = Float64Array.from(p, (target, id) => Math.max(0, target - q[id]));
  const sum = excess.reduce((sum, value) => sum + value, 0);
  return sum > 0 ? excess.map((value) => value / sum) : Float64Array.from(p);
}

/**
 * Law of the token that comes out, accepted or replaced, [vocab]: equal to p up to rounding.
 * @throws RangeError if the two differ in length.
 */
export function emittedLaw(p: ArrayLike<number>, q: ArrayLike<number>): Float64Array {
  const [chances, residual, rate] = [acceptChances(p, q), residualLaw(p, q), acceptanceRate(p, q)];
  return Float64Array.from(chances, (chance, id) => q[id] * chance + (1 - rate) * residual[id]);
}

function requireOneVocabulary(caller: string, p: ArrayLike<number>, q: ArrayLike<number>): void {
  if (p.length !== q.length)
    throw new RangeError(`${caller}: p and q must have the same length, got ${p.length} and ${q.length}`);
}
