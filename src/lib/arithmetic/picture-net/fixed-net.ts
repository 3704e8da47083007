/** The picture classifier in fixed point, every operation casting its output. (QFX, arXiv:2401.17544, section 3) */
import {
  binaryPoint,
  castBigInt,
  castInPlace,
  type FixedPoint,
  fixedInteger,
} from "../fixed-point/fixed-point.js";
import {hotValue, kHot} from "../fixed-point/k-hot.js";
import {CONVOLUTIONS, layerSums, MEAN_OF, NET_LAYERS} from "./net-shape.js";

/** Places of an operation's output among all points: the input, four of each layer, the means before the last layer. */
const SITE = {
  input: 0,
  weights: (n: number) => 1 + 4 * n,
  products: (n: number) => 2 + 4 * n,
  biases: (n: number) => 3 + 4 * n,
  sums: (n: number) => 4 + 4 * n,
  means: 1 + 4 * NET_LAYERS.length,
} as const;

/** Weights and biases of each layer as real numbers, and how they are cast. */
export interface FixedNet extends Omit<FixedPoint, "fraction"> {
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];
  /** Bits behind the point of every cast, in the order of the passes. */
  readonly points: readonly number[];
  /** Signed powers of two that a weight may have; 0 for any number. */
  readonly terms: number;
}

/** Casts the values of one site, of one picture after the other. */
type CastSite = (site: number, values: readonly Float64Array[]) => Float64Array[];

function castAll(format: FixedPoint, values: readonly Float64Array[]): Float64Array[] {
  return values.map((each) => {
    const onGrid = each.slice();
    castInPlace(onGrid, format);
    return onGrid;
  });
}

/** A weight on its grid as the nearest sum of few signed powers of two. */
function hot(weights: Float64Array, fraction: number, terms: number): Float64Array {
  return terms === 0 ? weights : weights.map((w) => hotValue(kHot(w * 2 ** fraction, terms)) / 2 ** fraction);
}

/** Sums of products, every fourth one by itself: in fixed point sums are exact in any order. */
function dot(weights: Float64Array, width: number) {
  return (inputs: Float64Array, output: number) => {
    const start = output * width;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let k = 0;
    for (; k + 3 < width; k += 4) {
      a += inputs[k] * weights[start + k];
      b += inputs[k + 1] * weights[start + k + 1];
      c += inputs[k + 2] * weights[start + k + 2];
      d += inputs[k + 3] * weights[start + k + 3];
    }
    for (; k < width; k++) a += inputs[k] * weights[start + k];
    return a + b + (c + d);
  };
}

const meansOf = (x: Float64Array) =>
  Float64Array.from(
    {length: x.length / MEAN_OF},
    (_, c) => x.subarray(c * MEAN_OF, (c + 1) * MEAN_OF).reduce((sum, value) => sum + value, 0) / MEAN_OF,
  );

/** Logits of pictures by layers of which every operation casts its output; sums of products are exact. */
function passes(
  {weights, biases, terms}: Pick<FixedNet, "weights" | "biases" | "terms">,
  pictures: readonly Float32Array[],
  cast: CastSite,
  pointOf: (site: number) => number,
): Float64Array[] {
  const layer = (n: number, xs: readonly Float64Array[]) => {
    const {width, positions} = NET_LAYERS[n];
    const [onGrid] = cast(SITE.weights(n), [weights[n]]);
    const sumOf = dot(hot(onGrid, pointOf(SITE.weights(n)), terms), width);
    const products = cast(
      SITE.products(n),
      xs.map((x) => layerSums(NET_LAYERS[n], x, sumOf)),
    );
    const [bias] = cast(SITE.biases(n), [biases[n]]);
    const added = products.map((x) => x.map((value, i) => value + bias[Math.floor(i / positions)]));
    return cast(SITE.sums(n), added);
  };
  let xs = cast(
    SITE.input,
    pictures.map((picture) => Float64Array.from(picture)),
  );
  for (let n = 0; n < CONVOLUTIONS.length; n++) {
    xs = layer(n, xs).map((x) => x.map((value) => Math.max(0, value)));
  }
  return layer(CONVOLUTIONS.length, cast(SITE.means, xs.map(meansOf)));
}

/** Logits of a picture, simulated in float64: every number is one of the format's. */
export function fixedLogits(net: FixedNet, picture: Float32Array): Float64Array {
  const cast: CastSite = (site, values) => castAll({...net, fraction: net.points[site]}, values);
  return passes(net, [picture], cast, (site) => net.points[site])[0];
}

/** The network with every point placed so that the largest magnitude that pictures bring there fits, as after training. */
export function placed(net: Omit<FixedNet, "points">, pictures: readonly Float32Array[]): FixedNet {
  const points: number[] = new Array(SITE.means + 1).fill(0);
  const cast: CastSite = (site, values) => {
    let amax = 0;
    for (const each of values) for (const x of each) amax = Math.max(amax, Math.abs(x));
    points[site] = binaryPoint(amax, net.word);
    return castAll({...net, fraction: points[site]}, values);
  };
  passes(net, pictures, cast, (site) => points[site]);
  return {...net, points};
}

/** Shifts and additions of a weight's product, on average: its signed powers of two, or those that it takes without a limit. */
export function additionsPerWeight({word, weights, points, terms, rounding, overflow}: FixedNet): number {
  let [count, used] = [0, 0];
  for (const [n, layer] of weights.entries()) {
    const format = {word, rounding, overflow, fraction: points[SITE.weights(n)]};
    for (const w of layer) used += kHot(fixedInteger(w, format), terms === 0 ? word : terms).length;
    count += layer.length;
  }
  return used / count;
}

/**
 * The logits' integers by whole numbers of any length alone, weights of few powers of two by shifts and additions: what a circuit
 * computes, and what the simulation must agree with bit for bit.
 */
export function replayedLogits(net: FixedNet, picture: Float32Array): bigint[] {
  const {weights, biases, points, terms} = net;
  const at = (site: number): FixedPoint => ({...net, fraction: points[site]});
  const whole = (x: number, site: number) => BigInt(fixedInteger(x, at(site)));
  const layer = (n: number, x: readonly bigint[], from: number): bigint[] => {
    const {width, positions, outputs, gathered} = NET_LAYERS[n];
    const times = Array.from(weights[n], (w) => multiplier(fixedInteger(w, at(SITE.weights(n))), terms));
    const products = points[from] + points[SITE.weights(n)];
    return Array.from({length: outputs * positions}, (_, i) => {
      const [output, position] = [Math.floor(i / positions), i % positions];
      let sum = 0n;
      for (let k = 0; k < width; k++) {
        const input = gathered[position * width + k];
        if (input >= 0) sum += times[output * width + k](x[input]);
      }
      const product = castBigInt(sum, products, at(SITE.products(n)));
      const bias = whole(biases[n][output], SITE.biases(n));
      return addBigInts(product, points[SITE.products(n)], bias, points[SITE.biases(n)], at(SITE.sums(n)));
    });
  };
  let x = Array.from(picture, (value) => whole(value, SITE.input));
  let from: number = SITE.input;
  for (let n = 0; n < CONVOLUTIONS.length; n++) {
    x = layer(n, x, from).map((value) => (value < 0n ? 0n : value));
    from = SITE.sums(n);
  }
  const means = Array.from({length: x.length / MEAN_OF}, (_, c) =>
    castBigInt(
      x.slice(c * MEAN_OF, (c + 1) * MEAN_OF).reduce((sum, value) => sum + value, 0n),
      points[from] + Math.log2(MEAN_OF),
      at(SITE.means),
    ),
  );
  return layer(CONVOLUTIONS.length, means, SITE.means);
}

/** The product with an integer, by shifts and additions where it is to have few powers of two. */
function multiplier(integer: number, terms: number): (x: bigint) => bigint {
  if (terms === 0) return (x) => x * BigInt(integer);
  const bits = kHot(integer, terms).map(({sign, exponent}) => ({isAdded: sign > 0, by: BigInt(exponent)}));
  return (x) => bits.reduce((sum, {isAdded, by}) => (isAdded ? sum + (x << by) : sum - (x << by)), 0n);
}

/** The sum of two integers under points of their own, cast. */
function addBigInts(a: bigint, aPoint: number, b: bigint, bPoint: number, format: FixedPoint): bigint {
  const finest = Math.max(aPoint, bPoint);
  const sum = (a << BigInt(finest - aPoint)) + (b << BigInt(finest - bPoint));
  return castBigInt(sum, finest, format);
}

/** Integers of logits under the last cast's point. */
export const logitIntegers = ({points}: FixedNet, logits: Float64Array): bigint[] =>
  Array.from(logits, (value) => BigInt(value * 2 ** points[SITE.sums(CONVOLUTIONS.length)]));
