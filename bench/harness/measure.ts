import {median} from "./statistics.js";

/** Times and counts of a measurement. */
export interface MeasureOptions {
  /** Samples of each side. */
  readonly samples: number;
  /** Seconds that each side runs before anything counts. */
  readonly warmUp: number;
  /** Runs of each side before anything counts, at least. */
  readonly warmUpRuns: number;
  /** Seconds that a sample takes at least: a quick run is repeated. */
  readonly sample: number;
  /** Seconds on a clock that only goes forward. */
  readonly now: () => number;
}

export const DEFAULTS: MeasureOptions = {
  samples: 21,
  warmUp: 0.4,
  warmUpRuns: 3,
  sample: 0.02,
  now: () => performance.now() / 1e3,
};

/**
 * Seconds of one run of each side, in `samples` samples. The sides take turns, so that what else the machine does
 * meets them alike.
 */
export async function measureInTurn(
  sides: readonly (() => unknown)[],
  options: Partial<MeasureOptions> = {},
): Promise<number[][]> {
  const all = {...DEFAULTS, ...options};
  const repeats: number[] = [];
  for (const side of sides) repeats.push(await warmUp(side, all));
  const seconds: number[][] = sides.map(() => []);
  for (let sample = 0; sample < all.samples; sample++) {
    for (let i = 0; i < sides.length; i++) {
      seconds[i].push((await timed(sides[i], repeats[i], all.now)) / repeats[i]);
    }
  }
  return seconds;
}

/** Runs a side until it is warm and tells how many runs make a sample. */
async function warmUp(
  side: () => unknown,
  {warmUp, warmUpRuns, sample, now}: MeasureOptions,
): Promise<number> {
  const start = now();
  const seconds: number[] = [];
  while (seconds.length < warmUpRuns || now() - start < warmUp) seconds.push(await timed(side, 1, now));
  return Math.max(1, Math.ceil(sample / median(seconds.slice(-9))));
}

async function timed(side: () => unknown, repeats: number, now: () => number): Promise<number> {
  const start = now();
  for (let i = 0; i < repeats; i++) {
    const result = side();
    // Waiting for what is no promise would cost a turn of the event loop.
    if (result instanceof Promise) await result;
  }
  return now() - start;
}
