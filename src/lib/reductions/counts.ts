/** Work of an order, counted while it runs. */
export interface OrderCounts {
  /** Calls of exp, of scores and of the factors that correct earlier results. */
  readonly exponentials: number;
  /** Times that a result of `width` + 1 numbers was multiplied by a factor because the largest score changed hands. */
  readonly rescales: number;
  readonly divisions: number;
  /** Tiles of keys that were worked on, again where a row is computed anew. */
  readonly tiles: number;
  /** Unfinished results that one worker hands to another. */
  readonly partials: number;
  /** Scores that were read, all passes together. */
  readonly scoresRead: number;
  /** Rows that were computed a second time. */
  readonly recomputed: number;
}

/** A count of nothing. */
export const NO_COUNTS: OrderCounts = {
  exponentials: 0,
  rescales: 0,
  divisions: 0,
  tiles: 0,
  partials: 0,
  scoresRead: 0,
  recomputed: 0,
};

/** Names of all counts. */
export const COUNT_NAMES = Object.keys(NO_COUNTS) as (keyof OrderCounts)[];

/** Counts that a run adds to. */
export type Tally = {-readonly [name in keyof OrderCounts]: number};

/** An empty tally. */
export const tally = (): Tally => ({...NO_COUNTS});

/** Adds counts to a tally. */
export function addCounts(to: Tally, counts: OrderCounts): void {
  for (const name of COUNT_NAMES) to[name] += counts[name];
}
