/**
 * Layers in the order in which their scans are averaged: those first whose average alone harms the calibration pictures least.
 * Of equal impacts the earlier layer comes first. (VMeanba, arXiv:2412.16602: K layers of smallest impact)
 */
export function layersByImpact(impacts: ArrayLike<number>): number[] {
  return Array.from(impacts, (impact, layer) => ({impact, layer}))
    .sort((a, b) => a.impact - b.impact || a.layer - b.layer)
    .map(({layer}) => layer);
}

/**
 * Share of the variance of y [L, D] that lies between the channels of a token: 0 where all channels are alike, near 1 where
 * their common part does not change. The observation of VMeanba is that it is small.
 */
export function channelVariation(y: Float32Array, channels: number): number {
  let [sum, squares, meanSquares] = [0, 0, 0];
  const tokens = y.length / channels;
  for (let t = 0; t < tokens; t++) {
    let own = 0;
    for (let d = 0; d < channels; d++) {
      const value = y[t * channels + d];
      own += value;
      squares += value * value;
    }
    sum += own;
    meanSquares += own * own;
  }
  const total = squares / y.length - (sum / y.length) ** 2;
  const between = squares / y.length - meanSquares / (channels * y.length);
  return total <= 0 ? 0 : Math.max(0, between / total);
}
