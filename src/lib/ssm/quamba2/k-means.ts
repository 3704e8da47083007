/**
 * Lloyd's k-means from given centres, until no point changes its cluster or after 300 rounds; the first of equally near
 * centres wins, and a centre without points takes the point that is farthest from its own. With a tolerance it also stops once the squared
 * steps of all centres add up to no more than that share of the points' mean variance, as scikit-learn does with 1e-4.
 * (doi.org/10.1109/TIT.1982.1056489)
 * @param points [n, width]
 * @param centers [k, width]
 * @returns the index of its centre for each point.
 * @throws RangeError if there is no centre, or one of another width.
 */
export function kMeans(
  points: Float64Array,
  width: number,
  centers: Float64Array,
  {tolerance = 0}: {readonly tolerance?: number} = {},
): Int32Array {
  const k = centers.length / width;
  if (k < 1 || !Number.isInteger(k)) {
    throw new RangeError(`kMeans: centers must hold rows of ${width} numbers, got ${centers.length}`);
  }
  const still = tolerance * meanVariance(points, width);
  let means = centers;
  let labels = nearest(points, width, means);
  for (let round = 0; round < 300; round++) {
    const moved = meansOf(points, width, filled(points, width, labels, means), means);
    const step = means.reduce((sum, value, i) => sum + (value - moved[i]) ** 2, 0);
    const next = nearest(points, width, moved);
    if (next.every((label, i) => label === labels[i])) break;
    [means, labels] = [moved, next];
    if (step <= still) break;
  }
  return labels;
}

function nearest(points: Float64Array, width: number, centers: Float64Array): Int32Array {
  const labels = new Int32Array(points.length / width);
  for (let point = 0; point < labels.length; point++) {
    let least = Number.POSITIVE_INFINITY;
    for (let center = 0; center < centers.length / width; center++) {
      const distance = squaredDistance(points, point, centers, center, width);
      if (distance < least) [least, labels[point]] = [distance, center];
    }
  }
  return labels;
}

/** The labels, but that every centre without points gets one: the farthest from its centre that is not yet given away. */
function filled(points: Float64Array, width: number, labels: Int32Array, centers: Float64Array): Int32Array {
  const empty = [...Array(centers.length / width).keys()].filter((center) => !labels.includes(center));
  if (empty.length === 0) return labels;
  const distance = Float64Array.from(labels, (label, point) =>
    squaredDistance(points, point, centers, label, width),
  );
  const farthest = [...labels.keys()].sort((a, b) => distance[b] - distance[a]);
  const given = labels.slice();
  empty.forEach((center, i) => {
    if (farthest[i] !== undefined) given[farthest[i]] = center;
  });
  return given;
}

function squaredDistance(
  points: Float64Array,
  point: number,
  centers: Float64Array,
  center: number,
  width: number,
): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += (points[point * width + i] - centers[center * width + i]) ** 2;
  return sum;
}

/** The mean of the points of each label; the old centre where there are none. */
function meansOf(
  points: Float64Array,
  width: number,
  labels: Int32Array,
  centers: Float64Array,
): Float64Array {
  const sums = new Float64Array(centers.length);
  const sizes = new Int32Array(centers.length / width);
  labels.forEach((label, point) => {
    sizes[label] = sizes[label] + 1;
    for (let i = 0; i < width; i++) {
      sums[label * width + i] = sums[label * width + i] + points[point * width + i];
    }
  });
  return sums.map((sum, i) => {
    const size = sizes[Math.floor(i / width)];
    return size === 0 ? centers[i] : sum / size;
  });
}

/** The variance of each coordinate over the points, averaged. */
function meanVariance(points: Float64Array, width: number): number {
  const count = points.length / width;
  const mean = new Float64Array(width);
  points.forEach((value, i) => {
    mean[i % width] = mean[i % width] + value / count;
  });
  return points.reduce((sum, value, i) => sum + (value - mean[i % width]) ** 2, 0) / points.length;
}
