/** Search of a front of two costs with a predictor in the place of the true ones. */

import {ascendingOrder} from "../../stats/regression.js";

/** Two costs of a candidate, the less the better. */
export type Costs = readonly [first: number, second: number];

const beats = (a: Costs, b: Costs): boolean => a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1]);

/** Indices of candidates in the order of the fronts they lie on: those that nothing beats, then those that only these beat, … */
export function frontOrder(costs: readonly Costs[]): number[] {
  const order: number[] = [];
  let left = costs.map((_, i) => i);
  while (left.length > 0) {
    const front = left.filter((i) => !left.some((j) => beats(costs[j], costs[i])));
    const sorted = ascendingOrder(front.map((i) => costs[i][0])).map((at) => front[at]);
    for (const i of sorted) order.push(i);
    const taken = new Set(front);
    left = left.filter((i) => !taken.has(i));
  }
  return order;
}

/** Area that candidates beat up to a corner that is worse than all of them. (Zitzler and Thiele, doi.org/10.1109/4235.797969) */
export function beatenArea(costs: readonly Costs[], corner: Costs): number {
  let [area, lowest] = [0, corner[1]];
  for (const at of ascendingOrder(costs.map(([first]) => first))) {
    const [first, second] = costs[at];
    if (second >= lowest || first >= corner[0]) continue;
    area += (corner[0] - first) * (lowest - second);
    lowest = second;
  }
  return area;
}
