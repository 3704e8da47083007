/**
 * Lloyd's k-means from given centres, until no point changes its cluster or after 300 rounds; the first of equally near
 * centres wins, and a centre that loses all its points stays where it is. (doi.org/10.1109/TIT.1982.1056489)
 * @param points [n, width]
 * @param centers [k, width]
 * @returns the index of its centre for each point.
 * @throws RangeError if there is no centre, or one of another width.
 */
export function kMeans(points: Float64Array, width: number, centers: Float64Array): Int32Array {
  const k = centers.length / width;
  if (k < 1 || !Number.isInteger(k)) {
    throw new RangeError(`kMeans: centers must hold rows of ${width} numbers, got ${centers.length}`);
  }
  const means = centers.slice();
  let labels = nearest(points, width, means);
  for (let round = 0; round < 300; round++) {
    moveToMeans(means, points, width, labels);
    const next = nearest(points, width, means);
    if (next.every((label, i) => label === labels[i])) break;
    labels = next;
  }
  return labels;
}

function nearest(points: Float64Array, width: number, centers: Float64Array): Int32Array {
  const labels = new Int32Array(points.length / width);
  for (let point = 0; point < labels.length; point++) {
    let least = Number.POSITIVE_INFINITY;
    for (let center = 0; center < centers.length / width; center++) {
      let distance = 0;
      for (let i = 0; i < width; i++) {
        distance += (points[point * width + i]! - centers[center * width + i]!) ** 2;
      }
      if (distance < least) [least, labels[point]] = [distance, center];
    }
  }
  return labels;
}

function moveToMeans(centers: Float64Array, points: Float64Array, width: number, labels: Int32Array): void {
  for (let center = 0; center < centers.length / width; center++) {
    const members = [...labels.keys()].filter((point) => labels[point] === center);
    if (members.length === 0) continue;
    for (let i = 0; i < width; i++) {
      const sum = members.reduce((total, point) => total + points[point * width + i]!, 0);
      centers[center * width + i] = sum / members.length;
    }
  }
}
