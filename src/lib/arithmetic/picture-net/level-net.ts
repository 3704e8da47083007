/** The picture classifier with weights that are levels under a scale: integers, or powers of two, by plain products or by moved exponents. */
import {shiftFloat32} from "../shift/shift-float.js";
import {byLayer, layerSums, MEAN_OF, NET_LAYERS} from "./net-shape.js";

/** A trained network: levels of each layer, and what each output's sum is multiplied with and what is added then. */
export interface LevelNet {
  readonly levels: readonly Float32Array[];
  readonly factors: readonly Float32Array[];
  readonly addends: readonly Float32Array[];
}

/**
 * The network of published tensors: all levels one after the other, and a row of factors and one of addends.
 * @throws RangeError if they do not have the shape of the network.
 */
export function levelNet(levels: Float32Array, affine: Float32Array): LevelNet {
  const half = affine.length / 2;
  const perOutput = (values: Float32Array) => byLayer(values, ({outputs}) => outputs);
  return {
    levels: byLayer(levels, ({outputs, width}) => outputs * width),
    factors: perOutput(affine.slice(0, half)),
    addends: perOutput(affine.slice(half)),
  };
}

/** A way to sum the products of one output's weights with inputs, layer by layer. */
export type LayerProduct = (
  levels: Float32Array,
  width: number,
) => (inputs: Float64Array, output: number) => number;

/** Products by multiplication, summed in order in float64. */
export const plainProduct: LayerProduct = (levels, width) => (inputs, output) => {
  let sum = 0;
  for (let k = 0, w = output * width; k < width; k++, w++) sum += inputs[k] * levels[w];
  return sum;
};

/**
 * Products by additions to the exponents of float32 inputs, summed in the same order: levels are signed powers of two or zeros.
 * (DenseShift, arXiv:2208.09708, section 3.1)
 * @throws RangeError for a level that is no signed power of two, nor zero.
 */
export const shiftedProduct: LayerProduct = (levels, width) => {
  const shifts = Int8Array.from(levels, (level) => (level === 0 ? 0 : shiftOf(level)));
  return (inputs, output) => {
    let sum = 0;
    for (let k = 0, w = output * width; k < width; k++, w++) {
      const level = levels[w];
      if (level === 0) continue;
      const moved = shiftFloat32(inputs[k], shifts[w]);
      sum += level < 0 ? -moved : moved;
    }
    return sum;
  };
};

function shiftOf(level: number): number {
  const shift = Math.log2(Math.abs(level));
  if (Number.isInteger(shift)) return shift;
  throw new RangeError(`shiftedProduct: levels must be powers of two, got ${level}`);
}

/** A network whose products are made ready: logits of pictures of 16 x 16 numbers. */
export function levelClassifier(
  {levels, factors, addends}: LevelNet,
  product: LayerProduct,
): (picture: Float32Array) => Float32Array {
  const sums = NET_LAYERS.map(({width}, n) => product(levels[n], width));
  const last = NET_LAYERS.length - 1;
  const layer = (n: number, x: Float32Array): Float32Array => {
    const {positions} = NET_LAYERS[n];
    return Float32Array.from(layerSums(NET_LAYERS[n], x, sums[n]), (sum, i) => {
      const output = Math.floor(i / positions);
      return sum * factors[n][output] + addends[n][output];
    });
  };
  return (picture) => {
    let x = picture;
    for (let n = 0; n < last; n++) x = layer(n, x).map((value) => Math.max(0, value));
    return layer(last, channelMeans(x));
  };
}

/** The mean of every channel, in float32. */
function channelMeans(x: Float32Array): Float32Array {
  return Float32Array.from({length: x.length / MEAN_OF}, (_, channel) => {
    let sum = 0;
    for (let p = 0; p < MEAN_OF; p++) sum += x[channel * MEAN_OF + p];
    return sum / MEAN_OF;
  });
}
