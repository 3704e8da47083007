import {requireFraction} from "../tensor/require.js";

/**
 * Budget of a query, a number of keys: ceil(visible · keepFraction) in float32, as the reference takes it: 0.3 of 10 keys are 3, not 4.
 * @throws RangeError unless keepFraction is above 0 and at most 1.
 */
export function budgetOf(keepFraction: number, visible: number): number {
  requireFraction("budgetOf", "keepFraction", keepFraction);
  return Math.min(visible, Math.ceil(Math.fround(Math.fround(keepFraction) * visible)));
}
