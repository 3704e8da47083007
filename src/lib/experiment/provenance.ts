/** Origin of a number. Never mixed: every column has one, or every row where one table holds several. */
export const PROVENANCES = ["measured", "modelled", "reported"] as const;

/**
 * `measured`: we ran it, here. `modelled`: a cost model gives it, with constants that have sources.
 * `reported`: the paper prints it.
 */
export type Provenance = (typeof PROVENANCES)[number];
