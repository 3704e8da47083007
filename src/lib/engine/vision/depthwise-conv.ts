import {silu} from "../../tensor/activation.js";

/** Weights of a convolution of every channel with itself over a square of places. */
export interface DepthwiseConv {
  readonly channels: number;
  /** Places of a side, odd. */
  readonly width: number;
  /** [channels, width, width] */
  readonly weight: Float32Array;
  /** [channels] */
  readonly bias: Float32Array;
}

/** silu(conv(x)) over `side` x `side` places with zeros around them; x and the result [side * side, channels]. */
export function depthwiseConvSilu(
  {channels, width, weight, bias}: DepthwiseConv,
  x: Float32Array,
  side: number,
): Float32Array {
  const y = new Float32Array(x.length);
  const reach = (width - 1) / 2;
  const sums = new Float64Array(channels);
  for (let place = 0; place < side * side; place++) {
    const [row, column] = [Math.floor(place / side), place % side];
    sums.set(bias);
    for (let tap = 0; tap < width * width; tap++) {
      const [i, j] = [row + Math.floor(tap / width) - reach, column + (tap % width) - reach];
      if (i < 0 || j < 0 || i >= side || j >= side) continue;
      const from = (i * side + j) * channels;
      for (let d = 0; d < channels; d++) sums[d] = sums[d] + weight[d * width * width + tap] * x[from + d];
    }
    for (let d = 0; d < channels; d++) y[place * channels + d] = silu(sums[d]);
  }
  return y;
}
