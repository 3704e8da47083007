/** The shape of the small picture classifier of `training/picture_net.py`: three convolutions, means of channels, a linear layer. */

/** A layer as products of weights [outputs, width] with gathered inputs [positions, width]. */
export interface NetLayer {
  readonly outputs: number;
  /** Weights of an output. */
  readonly width: number;
  readonly positions: number;
  /** Indices of the inputs of each position, [positions, width]; -1 beyond the border, where a zero stands. */
  readonly gathered: Int32Array;
}

const KERNEL = 3;

/** A convolution of 3 x 3 with a border of zeros, over channels of square maps; an output's weights in the order [channel, row, column]. */
function convolution(channels: number, outputs: number, side: number, stride: number): NetLayer {
  const out = side / stride;
  const width = channels * KERNEL ** 2;
  const gathered = Int32Array.from({length: out * out * width}, (_, i) => {
    const [position, tap] = [Math.floor(i / width), i % width];
    const row = stride * Math.floor(position / out) + (Math.floor(tap / KERNEL) % KERNEL) - 1;
    const column = stride * (position % out) + (tap % KERNEL) - 1;
    const isInside = row >= 0 && row < side && column >= 0 && column < side;
    return isInside ? Math.floor(tap / KERNEL ** 2) * side * side + row * side + column : -1;
  });
  return {outputs, width, positions: out * out, gathered};
}

/** The linear layer at the end, one position. */
const linear = (width: number, outputs: number): NetLayer => ({
  outputs,
  width,
  positions: 1,
  gathered: Int32Array.from({length: width}, (_, i) => i),
});

/** The convolutions, inputs of 16 x 16 pixels. */
export const CONVOLUTIONS: readonly NetLayer[] = [
  convolution(1, 8, 16, 2),
  convolution(8, 16, 8, 2),
  convolution(16, 16, 4, 1),
];

/** All layers; the last one reads the mean of each channel. */
export const NET_LAYERS: readonly NetLayer[] = [...CONVOLUTIONS, linear(16, 10)];

/** Positions that a mean is of. */
export const MEAN_OF = CONVOLUTIONS[CONVOLUTIONS.length - 1].positions;

/** Products of a picture. */
export const NET_PRODUCTS = NET_LAYERS.reduce(
  (sum, {outputs, width, positions}) => sum + outputs * width * positions,
  0,
);

/** Weights of all layers. */
export const NET_WEIGHTS = NET_LAYERS.reduce((sum, {outputs, width}) => sum + outputs * width, 0);

/**
 * A vector of all layers as one part a layer.
 * @throws RangeError if it is not as long as all layers.
 */
export function byLayer<A extends Float32Array | Float64Array>(
  values: A,
  sizeOf: (layer: NetLayer) => number,
): A[] {
  let from = 0;
  const parts = NET_LAYERS.map((layer) => {
    const to = from + sizeOf(layer);
    const part = values.slice(from, to) as A;
    from = to;
    return part;
  });
  if (from !== values.length) {
    throw new RangeError(`byLayer: values must be ${from} numbers, got ${values.length}`);
  }
  return parts;
}

/** Sums of a layer, [outputs, positions], by what makes one of an output's weights and gathered inputs. */
export function layerSums(
  {outputs, width, positions, gathered}: NetLayer,
  x: Float32Array | Float64Array,
  sumOf: (inputs: Float64Array, output: number) => number,
): Float64Array {
  const sums = new Float64Array(outputs * positions);
  const inputs = new Float64Array(width);
  for (let p = 0; p < positions; p++) {
    for (let k = 0; k < width; k++) {
      const from = gathered[p * width + k];
      inputs[k] = from < 0 ? 0 : x[from];
    }
    for (let o = 0; o < outputs; o++) sums[o * positions + p] = sumOf(inputs, o);
  }
  return sums;
}

/** The largest of a picture's logits: the class that is named. */
export const namedClass = (logits: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  return best;
};
