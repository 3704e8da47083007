/** One of the options of a group. */
export interface KnapsackOption {
  /** To be least in sum. */
  readonly cost: number;
  /** Share of the capacity that it takes, at least 0. */
  readonly weight: number;
}

/** The options of every group. */
export type Groups = readonly (readonly KnapsackOption[])[];
