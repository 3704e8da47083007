/** Operations of a product, by kind. */
export interface OperationCounts {
  /** Additions and subtractions, of integers or of floating-point numbers. */
  readonly additions: number;
  /** Shifts by a distance that data decides, or additions to an exponent field. */
  readonly shifts: number;
  /** Reads of a table. */
  readonly lookups: number;
  /** XORs of two words of 32 bits, with the count of their ones. */
  readonly wordOperations: number;
  /** Multiplications that are left: by a scale, once a group, row or plane. */
  readonly multiplications: number;
}

/** Nothing. */
export const NO_OPERATIONS: OperationCounts = {
  additions: 0,
  shifts: 0,
  lookups: 0,
  wordOperations: 0,
  multiplications: 0,
};

/** Names of the kinds. */
export const OPERATION_NAMES = Object.keys(NO_OPERATIONS) as (keyof OperationCounts)[];

/** Counts of what is named, none of the rest. */
export const counted = (counts: Partial<OperationCounts>): OperationCounts => ({...NO_OPERATIONS, ...counts});
