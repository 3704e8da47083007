/**
 * Halves of the documents of an evaluation, as the `seed` of their rows: whoever picks the best of many techniques picks by
 * the one and reports the other, because the best of many is in part the luckiest.
 */

/** Every other document of each seed, from the first. */
export const CHOOSING = "half to choose on";
/** The documents between them. */
export const REPORTING = "half to report on";
