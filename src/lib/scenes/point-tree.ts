/** A search for the nearest of many points in space, by a k-d tree. (Bentley, doi.org/10.1145/361002.361007) */

/** For each query the nearest point: its index and the squared distance, in float64. */
export interface Nearest {
  readonly index: Uint32Array;
  readonly squared: Float64Array;
}

/** Points in the order of their tree. */
export interface PointTree {
  readonly count: number;
  /** Coordinates in the order of the tree, so that a leaf lies together in memory. */
  readonly coordinates: Float64Array;
  /** The point at each place of the tree. */
  readonly order: Uint32Array;
  /** Axis that each inner node is split on, in the layout of a heap. */
  readonly axes: Uint8Array;
  /** The coordinate at which it is split: nothing left of it is above, nothing right of it below. */
  readonly splits: Float64Array;
}

/** Points of a leaf: below this a plain loop is faster than a further split. */
const LEAF = 8;

/**
 * The tree of points, three coordinates each.
 * @throws RangeError if there is no point.
 */
export function pointTree(points: ArrayLike<number>): PointTree {
  const count = points.length / 3;
  if (!(count >= 1)) throw new RangeError(`pointTree: points must hold at least one, got ${count}`);
  const order = Uint32Array.from({length: count}, (_, i) => i);
  const [axes, splits] = [new Uint8Array(2 * count), new Float64Array(2 * count)];
  build({points, order, axes, splits}, 0, 0, count);
  const coordinates = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 3; axis++) coordinates[3 * i + axis] = points[3 * order[i] + axis];
  }
  return {count, coordinates, order, axes, splits};
}

type Building = Pick<PointTree, "order" | "axes" | "splits"> & {readonly points: ArrayLike<number>};

function build(tree: Building, node: number, from: number, to: number): void {
  if (to - from <= LEAF) return;
  const axis = widestAxis(tree, from, to);
  tree.axes[node] = axis;
  const middle = (from + to) >> 1;
  select(tree, axis, middle, from, to - 1);
  tree.splits[node] = tree.points[3 * tree.order[middle] + axis];
  build(tree, 2 * node + 1, from, middle);
  build(tree, 2 * node + 2, middle, to);
}

function widestAxis({points, order}: Building, from: number, to: number): number {
  let [widest, most] = [0, -1];
  for (let axis = 0; axis < 3; axis++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = from; i < to; i++) {
      const value = points[3 * order[i] + axis];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > most) [widest, most] = [axis, high - low];
  }
  return widest;
}

/** Partitions so that nothing before `k` is larger, and nothing behind smaller. (Hoare, doi.org/10.1145/366622.366647) */
function select({points, order}: Building, axis: number, k: number, from: number, to: number): void {
  let [low, high] = [from, to];
  while (low < high) {
    const pivot = points[3 * order[(low + high) >> 1] + axis];
    let [i, j] = [low, high];
    while (i <= j) {
      while (points[3 * order[i] + axis] < pivot) i++;
      while (points[3 * order[j] + axis] > pivot) j--;
      if (i > j) break;
      const swapped = order[i];
      order[i++] = order[j];
      order[j--] = swapped;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return;
  }
}

/**
 * The nearest point of a tree for each query, three coordinates each. Distances are computed in float64; of points at
 * the same distance any may be named.
 */
export function nearestPoints(tree: PointTree, queries: ArrayLike<number>): Nearest {
  const count = queries.length / 3;
  const [index, squared] = [new Uint32Array(count), new Float64Array(count)];
  const {coordinates, axes, splits, order} = tree;
  let [best, place] = [0, 0];
  let [x, y, z] = [0, 0, 0];
  const leaf = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const a = coordinates[3 * i] - x;
      const b = coordinates[3 * i + 1] - y;
      const c = coordinates[3 * i + 2] - z;
      const distance = a * a + b * b + c * c;
      if (distance < best) {
        best = distance;
        place = i;
      }
    }
  };
  const visit = (node: number, from: number, to: number): void => {
    if (to - from <= LEAF) {
      leaf(from, to);
      return;
    }
    const axis = axes[node];
    const middle = (from + to) >> 1;
    const offset = (axis === 0 ? x : axis === 1 ? y : z) - splits[node];
    if (offset < 0) {
      visit(2 * node + 1, from, middle);
      if (offset * offset < best) visit(2 * node + 2, middle, to);
    } else {
      visit(2 * node + 2, middle, to);
      if (offset * offset < best) visit(2 * node + 1, from, middle);
    }
  };
  for (let q = 0; q < count; q++) {
    x = queries[3 * q];
    y = queries[3 * q + 1];
    z = queries[3 * q + 2];
    best = Number.POSITIVE_INFINITY;
    visit(0, 0, tree.count);
    squared[q] = best;
    index[q] = order[place];
  }
  return {index, squared};
}
