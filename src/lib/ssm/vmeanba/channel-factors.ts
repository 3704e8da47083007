/** Least-squares factors that make one output for all channels into each channel's own, gathered scan by scan. */
export interface ChannelFactors {
  /** Takes a scan's output [L, D] and the one [L, 1] that stands in its place. */
  add(y: Float32Array, mean: Float32Array): void;
  /** sum(y_d mean) / sum(mean mean) for each channel; 1 where nothing was seen. */
  values(): Float32Array;
}

/**
 * Factors of `channels` channels of one group.
 * @throws RangeError if an output has not one value for each channel of every token.
 */
export function channelFactors(channels: number): ChannelFactors {
  const products = new Float64Array(channels);
  let squares = 0;
  return {
    add(y, mean) {
      if (y.length !== channels * mean.length) {
        throw new RangeError(
          `channelFactors: y must have ${channels} values for each of ${mean.length} tokens, got ${y.length}`,
        );
      }
      for (let i = 0; i < y.length; i++) {
        const at = i % channels;
        products[at] = products[at] + y[i] * mean[Math.floor(i / channels)];
      }
      for (const value of mean) squares += value * value;
    },
    values: () => Float32Array.from(products, (product) => (squares === 0 ? 1 : product / squares)),
  };
}
