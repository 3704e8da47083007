import {requireInteger} from "../../tensor/require.js";

/** Two clusters that become one; ids below the number of points are points, later ones earlier merges in order. */
type Merge = readonly [smaller: number, larger: number];

/**
 * Agglomerative clustering with Ward's linkage: from one cluster a point, always the two are merged that add least to
 * the sum of squared distances from the means, |a||b| / (|a| + |b|) ‖mean_a - mean_b‖². (doi.org/10.2307/2282967)
 * @param points [n, width]
 * @returns a label 0 .. clusters - 1 for each point, numbered as scikit-learn numbers them.
 * @throws RangeError unless 1 <= clusters <= n and both are integers.
 */
export function wardClusters(points: Float64Array, width: number, clusters: number): Int32Array {
  requireInteger("wardClusters", "width", width, 1);
  const count = points.length / width;
  requireInteger("wardClusters", "clusters", clusters, 1, count);
  return cutTree(wardMerges(points, width), count, clusters);
}

interface Cluster {
  readonly id: number;
  readonly size: number;
  readonly mean: Float64Array;
}

function wardMerges(points: Float64Array, width: number): Merge[] {
  const count = points.length / width;
  let open = Array.from({length: count}, (_, id): Cluster => {
    return {id, size: 1, mean: points.slice(id * width, (id + 1) * width)};
  });
  const merges: Merge[] = [];
  while (open.length > 1) {
    const [a, b] = cheapestPair(open);
    const size = a.size + b.size;
    const mean = a.mean.map((value, i) => (a.size * value + b.size * b.mean[i]) / size);
    open = [
      ...open.filter((cluster) => cluster !== a && cluster !== b),
      {id: count + merges.length, size, mean},
    ];
    merges.push([Math.min(a.id, b.id), Math.max(a.id, b.id)]);
  }
  return merges;
}

function cheapestPair(open: readonly Cluster[]): [Cluster, Cluster] {
  let best: [Cluster, Cluster] = [open[0], open[1]];
  let least = Number.POSITIVE_INFINITY;
  for (let j = 1; j < open.length; j++) {
    for (let i = 0; i < j; i++) {
      const cost = mergeCost(open[i], open[j]);
      if (cost < least) [least, best] = [cost, [open[i], open[j]]];
    }
  }
  return best;
}

function mergeCost(a: Cluster, b: Cluster): number {
  let distance = 0;
  for (let i = 0; i < a.mean.length; i++) distance += (a.mean[i] - b.mean[i]) ** 2;
  return (a.size * b.size * distance) / (a.size + b.size);
}

/** Undoes the last merges. The order of the labels is that of a binary heap with the latest merge on top. */
function cutTree(merges: readonly Merge[], count: number, clusters: number): Int32Array {
  const heap = [count + merges.length - 1];
  for (let cut = 1; cut < clusters; cut++) {
    const [smaller, larger] = merges[heap[0] - count];
    heap.push(smaller);
    siftUp(heap, heap.length - 1);
    heap[0] = larger;
    siftDown(heap, 0);
  }
  const labels = new Int32Array(count);
  const paint = (node: number, label: number): void => {
    if (node < count) labels[node] = label;
    else for (const child of merges[node - count]) paint(child, label);
  };
  heap.forEach(paint);
  return labels;
}

function siftUp(heap: number[], at: number): void {
  const parent = (at - 1) >> 1;
  if (at === 0 || heap[parent] >= heap[at]) return;
  swap(heap, at, parent);
  siftUp(heap, parent);
}

function siftDown(heap: number[], at: number): void {
  const left = 2 * at + 1;
  const larger = left + 1 < heap.length && heap[left + 1] > heap[left] ? left + 1 : left;
  if (larger >= heap.length || heap[at] >= heap[larger]) return;
  swap(heap, at, larger);
  siftDown(heap, larger);
}

function swap(heap: number[], i: number, j: number): void {
  [heap[i], heap[j]] = [heap[j], heap[i]];
}
