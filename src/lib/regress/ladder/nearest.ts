import {sortedQuantile} from "../../stats/quantile.js";
import {requireInteger} from "../../tensor/require.js";
import type {Predictor} from "./ridge.js";

function unit(row: Float64Array): Float64Array {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? row : row.map((value) => value / length);
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * Median of the values of the `k` rows whose features point most nearly the same way. (Fix and Hodges; cosine distance)
 * @throws RangeError unless k is an integer from 1 to the number of rows.
 */
export function nearestRows(rows: readonly Float64Array[], values: Float64Array, k = 5): Predictor {
  requireInteger("nearestRows", "k", k, 1, rows.length);
  const known = rows.map(unit);
  return (features) => {
    const wanted = unit(features);
    const near = known.map((row, i) => ({value: values[i], likeness: product(row, wanted)}));
    near.sort((a, b) => b.likeness - a.likeness);
    const found = Float64Array.from(near.slice(0, k), ({value}) => value);
    return sortedQuantile(found.sort(), 0.5);
  };
}
