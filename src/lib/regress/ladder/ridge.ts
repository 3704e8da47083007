import {cholesky} from "../../tensor/cholesky.js";
import {requirePositive} from "../../tensor/require.js";

/** Predicts a number from features. */
export type Predictor = (features: Float64Array) => number;

interface Column {
  readonly mean: number;
  readonly scale: number;
}

/** Means and standard deviations of the columns; a constant column gets no weight. */
function columnsOf(rows: readonly Float64Array[]): Column[] {
  return Array.from(rows[0], (_, j) => {
    const mean = rows.reduce((sum, row) => sum + row[j], 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[j] - mean) ** 2, 0) / rows.length;
    return {mean, scale: variance > 0 ? 1 / Math.sqrt(variance) : 0};
  });
}

/** Solves L L^T x = b. */
function solveCholesky(l: Float64Array, n: number, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i * n + k] * x[k];
    x[i] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= l[k * n + i] * x[k];
    x[i] /= l[i * n + i];
  }
  return x;
}

/**
 * Ridge regression on standardized features: the weights that make the sum of squared errors and `penalty` times their
 * own squares smallest. (Hoerl and Kennard, doi.org/10.1080/00401706.1970.10488634)
 * @throws RangeError unless there is a row, and the penalty is above 0.
 */
export function ridge(rows: readonly Float64Array[], values: Float64Array, penalty: number): Predictor {
  requirePositive("ridge", "penalty", penalty);
  if (rows.length === 0 || rows.length !== values.length)
    throw new RangeError(`ridge: values must be one a row, at least one, got ${values.length}`);
  const columns = columnsOf(rows);
  const n = columns.length;
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  const standardized = (row: Float64Array) =>
    row.map((value, j) => (value - columns[j].mean) * columns[j].scale);
  const [gram, right] = [new Float64Array(n * n), new Float64Array(n)];
  rows.forEach((row, r) => {
    const x = standardized(row);
    for (let i = 0; i < n; i++) {
      if (x[i] === 0) continue;
      right[i] += x[i] * (values[r] - middle);
      for (let j = 0; j <= i; j++) gram[i * n + j] += x[i] * x[j];
    }
  });
  for (let i = 0; i < n; i++) gram[i * n + i] += penalty;
  const weights = solveCholesky(cholesky(gram, n), n, right);
  return (row) => standardized(row).reduce((sum, value, j) => sum + value * weights[j], middle);
}
