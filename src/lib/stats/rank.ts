import {requirePairs} from "./moments.js";

/**
 * Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank. NaN where one side is constant or
 * holds a NaN.
 * @throws RangeError if the lengths differ.
 */
export function spearman(a: Float64Array, b: Float64Array): number {
  requirePairs("spearman", a, b);
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [u, v] = [x[i] - middle, y[i] - middle];
    xy += u * v;
    xx += u * u;
    yy += v * v;
  }
  return xy / Math.sqrt(xx * yy);
}

/**
 * Kendall's tau-b: pairs in the same order less pairs in the opposite one, over the pairs that are not tied on either
 * side (their geometric mean). NaN where one side is constant or holds a NaN. Work grows with the square of the length.
 * (doi.org/10.1093/biomet/33.3.239)
 * @throws RangeError if the lengths differ.
 */
export function kendall(a: Float64Array, b: Float64Array): number {
  requirePairs("kendall", a, b);
  let [balance, apartInA, apartInB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const [x, y] = [compared(a[i], a[j]), compared(b[i], b[j])];
      balance += x * y;
      apartInA += x * x;
      apartInB += y * y;
    }
  }
  return balance / Math.sqrt(apartInA * apartInB);
}

/**
 * Chance that a value of a yes lies above one of a no, ties counted half: the area under the receiver operating
 * characteristic. (Hanley and McNeil, doi.org/10.1148/radiology.143.1.7063747)
 * @throws RangeError unless there are both a yes and a no, one answer a value.
 */
export function rankChance(values: Float64Array, answers: readonly boolean[]): number {
  if (values.length !== answers.length)
    throw new RangeError(`rankChance: answers must be one a value, ${values.length}, got ${answers.length}`);
  const yes = answers.filter(Boolean).length;
  const no = answers.length - yes;
  if (yes === 0 || no === 0)
    throw new RangeError(`rankChance: answers must hold a yes and a no, got ${yes} yes`);
  const sum = ranks(values).reduce((total, rank, i) => (answers[i] ? total + rank : total), 0);
  return (sum - (yes * (yes - 1)) / 2) / (yes * no);
}

/** -1, 0 or 1 as a number lies below, at or above another, infinite ones too; NaN beside a NaN. */
function compared(a: number, b: number): number {
  return a === b ? 0 : Math.sign(a - b);
}

/** Ranks from 0 on, ascending, equals sharing their mean rank; all NaN if one value is. */
export function ranks(x: Float64Array): Float64Array {
  if (x.some(Number.isNaN)) return new Float64Array(x.length).fill(Number.NaN);
  const order = Array.from(x.keys()).sort((i, j) => compared(x[i], x[j]));
  const rank = new Float64Array(x.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && x[order[to]] === x[order[from]]) to++;
    for (let at = from; at < to; at++) rank[order[at]] = (from + to - 1) / 2;
    from = to;
  }
  return rank;
}
