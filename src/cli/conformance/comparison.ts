/** How far a computed output is from the expected one. */
export interface Comparison {
  readonly output: string;
  readonly agrees: boolean;
  /** Largest differences over the numbers compared. */
  readonly maxAbs: number;
  readonly maxRel: number;
  /** What disagrees first, in words; empty where nothing does. */
  readonly detail: string;
}
