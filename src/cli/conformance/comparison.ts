/** Distance of a computed output from the expected one. */
export interface Comparison {
  readonly output: string;
  readonly agrees: boolean;
  /** Largest differences over the numbers compared. */
  readonly maxAbs: number;
  readonly maxRel: number;
  /** The first disagreement, in words; empty where there is none. */
  readonly detail: string;
}
