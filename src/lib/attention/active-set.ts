import {requireFraction, requireInteger} from "../tensor/require.js";
import {emptyMask, type KeyMask, requireWhole, type SelectionShape} from "./selection.js";

/** Size of the set of keys that a head may hold. */
export interface ActiveSetOptions {
  readonly keepFraction: number;
  /** First keys that are shown to every query, and the least number that a head holds. */
  readonly sinks?: number;
}

/**
 * The scheme that TokenButler's repository runs H2O and SnapKV in: a head starts with key 0; while it holds fewer than
 * max(sinks, floor(keepFraction · visible)) keys it takes each new one, then only in place of a less important one,
 * else the new key is lost for good. So a token may not see itself. (arXiv:2503.07518, its repository)
 * @param importance of the keys that query i of head h sees; asked for query by query
 * @throws RangeError if the text is not whole, or an option is out of its range.
 */
export function activeSetMask(
  where: string,
  shape: SelectionShape,
  importance: (h: number, i: number) => Float64Array,
  {keepFraction, sinks = 4}: ActiveSetOptions,
): KeyMask {
  requireFraction(where, "keepFraction", keepFraction);
  requireInteger(where, "sinks", sinks, 0);
  requireWhole(where, shape);
  const mask = emptyMask(shape);
  for (let h = 0; h < shape.heads; h++) {
    const active: number[] = [];
    for (let i = 0; i < shape.queries; i++) {
      const budget = Math.max(sinks, Math.floor((i + 1) * keepFraction), 1);
      admit(active, i, importance(h, i), budget);
      const row = mask.data.subarray((h * shape.queries + i) * shape.keys).subarray(0, i + 1);
      for (const j of active) row[j] = 1;
      row.fill(1, 0, Math.min(sinks, i + 1));
    }
  }
  return mask;
}

function admit(active: number[], i: number, importance: Float64Array, budget: number): void {
  if (active.length < budget) {
    active.push(i);
    return;
  }
  let least = 0;
  for (let slot = 1; slot < active.length; slot++) {
    if (importance[active[slot]] < importance[active[least]]) least = slot;
  }
  if (importance[i] > importance[active[least]]) active[least] = i;
}
