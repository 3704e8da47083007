/** Parts of a decoder in operators of the standard set: products, norms, activations, rotary. */

import type {Activation} from "../../architectures/record/channels.js";
import type {Norm} from "../../architectures/record/norm.js";
import type {Rope} from "../../architectures/record/rope.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import type {GraphBuilder} from "./graph-builder.js";

/** Tensors of a model by the engine's names. */
export type Tensors = DecoderWeights["tensors"];

/** x W^T + b of x [rows, in], with the weight [out, in] that stands in the file. */
export function product(g: GraphBuilder, tensors: Tensors, name: string, x: string): string {
  const weight = g.weight(`${name}.weight`, tensors.get(`${name}.weight`)!);
  const bias = tensors.get(`${name}.bias`);
  const added = bias ? [g.weight(`${name}.bias`, bias)] : [];
  return g.op("Gemm", [x, weight, ...added], {transB: 1});
}

/**
 * A norm over the last axis.
 * @param shape of x: its last size is that of a run, and the weights may be one run or one for each of the last two axes
 */
export function normed(
  g: GraphBuilder,
  tensors: Tensors,
  {kind, eps}: Pick<Norm, "kind" | "eps">,
  name: string,
  x: string,
  shape: readonly number[],
): string {
  const axis = shape.length - 1;
  const size = shape[axis];
  const plain = kind === "rms" ? rootMeanSquare(g, eps, x, axis) : standardized(g, eps, x, axis, size);
  const weight = (part: "weight" | "bias") => {
    const tensor = tensors.get(`${name}.${part}`);
    if (tensor === undefined) return null;
    const perRun = tensor.data.length === size ? [size] : [tensor.data.length / size, size];
    return g.weight(`${name}.${part}`, {shape: perRun, data: tensor.data});
  };
  const [gain, bias] = [weight("weight"), weight("bias")];
  const scaled = gain === null ? plain : g.op("Mul", [plain, gain]);
  return bias === null ? scaled : g.op("Add", [scaled, bias]);
}

/** x / sqrt(mean(x^2) + eps). (arXiv:1910.07467, equation 4) */
function rootMeanSquare(g: GraphBuilder, eps: number, x: string, axis: number): string {
  const mean = g.op("ReduceMean", [g.op("Mul", [x, x])], {axes: [axis], keepdims: 1});
  return g.op("Div", [x, g.op("Sqrt", [g.op("Add", [mean, g.number(eps)])])]);
}

function standardized(g: GraphBuilder, eps: number, x: string, axis: number, size: number): string {
  const ones = g.weight(`ones_${size}`, {shape: [size], data: new Float32Array(size).fill(1)});
  return g.op("LayerNormalization", [x, ones], {axis, epsilon: {float: eps}});
}

/** The function between the matrices of a network. @throws RangeError for one that the engine does not run. */
export function activated(g: GraphBuilder, activation: Activation, x: string): string {
  switch (activation) {
    case "silu":
      return g.op("Mul", [x, g.op("Sigmoid", [x])]);
    case "relu":
      return g.op("Relu", [x]);
    case "gelu":
      return half(g, x, g.op("Erf", [g.op("Mul", [x, g.number(Math.SQRT1_2)])]));
    case "gelu-tanh": {
      const cubed = g.op("Mul", [g.op("Mul", [x, x]), g.op("Mul", [x, g.number(0.044715)])]);
      const inner = g.op("Mul", [g.op("Add", [x, cubed]), g.number(Math.sqrt(2 / Math.PI))]);
      return half(g, x, g.op("Tanh", [inner]));
    }
    default:
      throw new RangeError(`activated: activation must be silu, gelu, gelu-tanh or relu, got ${activation}`);
  }
}

/** x (1 + y) / 2. */
function half(g: GraphBuilder, x: string, y: string): string {
  return g.op("Mul", [g.op("Mul", [x, g.number(0.5)]), g.op("Add", [y, g.number(1)])]);
}

/** x bent into ± cap by tanh; x itself without a cap. */
export function capped(g: GraphBuilder, cap: number | null, x: string): string {
  if (cap === null) return x;
  return g.op("Mul", [g.op("Tanh", [g.op("Div", [x, g.number(cap)])]), g.number(cap)]);
}

/** x times a factor; x itself where that is 1. */
export function times(g: GraphBuilder, factor: number, x: string): string {
  return factor === 1 ? x : g.op("Mul", [x, g.number(factor)]);
}

/** Cosines and sines of a run's tokens, as the rotation of heads takes them. */
export interface RotaryEnds {
  readonly cos: string;
  readonly sin: string;
}

/** Inputs [tokens, pairs] brought to a shape that stands beside heads. */
export function rotaryEnds(g: GraphBuilder, {dim, pairs}: Rope, tokens: number): RotaryEnds {
  const shape = pairs === "halves" ? [tokens, 1, dim / 2] : [tokens, 1, dim / 2, 1];
  return {cos: g.reshape("cos", shape), sin: g.reshape("sin", shape)};
}

/** Rotates x [tokens, heads, headDim]; numbers of a head beyond the rotated ones pass. (arXiv:2104.09864, section 3.2.2) */
export function rotatedHeads(
  g: GraphBuilder,
  {dim, pairs}: Rope,
  {cos, sin}: RotaryEnds,
  x: string,
  [tokens, heads, headDim]: readonly [number, number, number],
): string {
  const [own, ...passing] = dim < headDim ? g.split(x, [dim, headDim - dim], 2) : [x];
  const isHalves = pairs === "halves";
  const [u, v] = isHalves
    ? g.split(own, [dim / 2, dim / 2], 2)
    : g.split(g.reshape(own, [tokens, heads, dim / 2, 2]), [1, 1], 3);
  const product = (side: string, factor: string) => g.op("Mul", [side, factor]);
  const first = g.op("Sub", [product(u, cos), product(v, sin)]);
  const second = g.op("Add", [product(v, cos), product(u, sin)]);
  const both = g.concat([first, second], isHalves ? 2 : 3);
  const rotated = isHalves ? both : g.reshape(both, [tokens, heads, dim]);
  return passing.length === 0 ? rotated : g.concat([rotated, ...passing], 2);
}
