import {type Interval, Z95} from "./interval.js";

/** A share of n trials with its Wilson score interval. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly trials: number;
}

/**
 * A share with its Wilson score interval at `z` standard deviations (1.96: 95 %), which stays inside 0 .. 1 and keeps
 * its width where all trials agree. (doi.org/10.1080/01621459.1927.10502953)
 * @throws RangeError unless 0 <= successes <= trials, trials >= 1.
 */
export function wilson(successes: number, trials: number, z = Z95): Share {
  if (!(trials >= 1) || !(successes >= 0) || !(successes <= trials)) {
    throw new RangeError(
      `wilson: successes must be 0 .. trials and trials at least 1, got ${successes} of ${trials}`,
    );
  }
  const share = successes / trials;
  const z2 = z * z;
  const middle = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (z / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials ** 2));
  // At a share of 0 or 1 one end is exact in theory and an ulp off in float64.
  const low = successes === 0 ? 0 : Math.max(0, middle - half);
  const high = successes === trials ? 1 : Math.min(1, middle + half);
  return {share, low, high, trials};
}

/**
 * Share of trials that the first of two passes, less that of the second, with a 95 % interval from the trials on which
 * they part; half a trial is added to each of the four outcomes, so that it keeps a width where they never do.
 * (Agresti and Min, doi.org/10.1002/sim.1781)
 * @throws RangeError if there is no trial.
 */
export function pairedShare(trials: readonly (readonly [first: boolean, second: boolean])[]): Interval {
  if (trials.length === 0) throw new RangeError("pairedShare: trials must be at least one, got none");
  const won = trials.filter(([first, second]) => first && !second).length;
  const lost = trials.filter(([first, second]) => !first && second).length;
  const n = trials.length + 2;
  const middle = (won - lost) / n;
  const half = (Z95 * Math.sqrt(won + lost + 1 - (won - lost) ** 2 / n)) / n;
  return {
    value: (won - lost) / trials.length,
    low: Math.max(-1, middle - half),
    high: Math.min(1, middle + half),
  };
}
