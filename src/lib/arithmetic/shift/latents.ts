import {largestShift} from "../../formats/codebook/shift.js";

/** Latents of a weight: one for its sign, one for each step that its shift may take. */
export const latentCount = (bits: number): number => 1 + largestShift(bits);

/**
 * The weight of latents [sign, steps]: a shift grows by one for each positive latent in a row at the end, and any latent
 * that is not positive sets it back to 0. There is no zero. (DenseShift, arXiv:2208.09708, section 3.2)
 */
export function latentWeight([sign, ...steps]: readonly number[]): number {
  const shift = steps.reduce((run, latent) => (latent > 0 ? run + 1 : 0), 0);
  return (sign > 0 ? 1 : -1) * 2 ** shift;
}

/**
 * Share of values that stayed the same between two epochs, the metric of freezing: signs, shifts or whole weights.
 * @throws RangeError if there are none, or not equally many.
 */
export function frozenShare(before: ArrayLike<number>, after: ArrayLike<number>): number {
  if (after.length !== before.length || after.length === 0) {
    throw new RangeError(
      `frozenShare: after must hold as many values as before, at least one, got ${after.length} and ${before.length}`,
    );
  }
  let same = 0;
  for (let i = 0; i < after.length; i++) if (after[i] === before[i]) same++;
  return same / after.length;
}
