/** Origin of a number. Never mixed: every column has one, or every row where one table holds several. */
export const PROVENANCES = ["measured", "modelled", "reported"] as const;

/**
 * `measured`: we ran it, here. `modelled`: a cost model says so, with constants that have sources.
 * `reported`: the paper says so.
 */
export type Provenance = (typeof PROVENANCES)[number];
