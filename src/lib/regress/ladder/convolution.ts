import {FormatError} from "../../io/format-error.js";
import type {Tensor} from "../../tensor/tensor.js";

/** Numbers that a convolution predicts from the ids of a text's tokens. */
export type Convolution = (ids: ArrayLike<number>) => Float64Array;

/** A convolution along the text with zeros around it, then ReLU: [tokens, inputs] to [tokens, outputs]. */
function convolved(x: Float64Array, {shape, data}: Tensor, bias: Float32Array): Float64Array {
  const [outputs, inputs, width] = shape;
  const tokens = x.length / inputs;
  const before = (width - 1) >> 1;
  const y = new Float64Array(tokens * outputs);
  for (let t = 0; t < tokens; t++) {
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o];
      for (let k = Math.max(0, before - t); k < width && t + k - before < tokens; k++) {
        const from = (t + k - before) * inputs;
        for (let i = 0; i < inputs; i++) sum += x[from + i] * data[(o * inputs + i) * width + k];
      }
      y[t * outputs + o] = Math.max(0, sum);
    }
  }
  return y;
}

/** The largest value of each channel over all tokens. */
function pooled(x: Float64Array, channels: number): Float64Array {
  const most = x.slice(0, channels);
  x.forEach((value, i) => {
    most[i % channels] = Math.max(most[i % channels], value);
  });
  return most;
}

function connected(x: Float64Array, {shape, data}: Tensor, bias: Float32Array): Float64Array {
  return Float64Array.from({length: shape[0]}, (_, o) =>
    x.reduce((sum, value, i) => sum + value * data[o * x.length + i], bias[o]),
  );
}

/** Tensors of a stack that is numbered from 0, weight and bias. */
function stackOf(
  tensors: ReadonlyMap<string, Tensor>,
  stack: string,
): [weight: Tensor, bias: Float32Array][] {
  const layers: [Tensor, Float32Array][] = [];
  for (;;) {
    const [weight, bias] = ["weight", "bias"].map((part) => tensors.get(`${stack}.${layers.length}.${part}`));
    if (weight === undefined || bias === undefined) return layers;
    layers.push([weight, bias.data]);
  }
}

/**
 * The cost model of a text's tokens: an embedding, convolutions that narrow, the largest value of each channel, and fully
 * connected layers, ReLU between them. (arXiv:2302.11405)
 * @param name of the model: its tensors are `name/embed`, `name/conv.0.weight`, …, `name/full.0.weight`, …
 * @throws FormatError with kind `missing-tensor`.
 */
export function convolution(tensors: ReadonlyMap<string, Tensor>, name: string): Convolution {
  const embed = tensors.get(`${name}/embed`);
  if (embed === undefined) {
    const found = {kind: "missing-tensor", offset: null, value: "none", allowed: "a tensor"} as const;
    throw new FormatError("convolution", {...found, field: `${name}/embed`});
  }
  const width = embed.shape[1];
  const [convolutions, layers] = ["conv", "full"].map((stack) => stackOf(tensors, `${name}/${stack}`));
  return (ids) => {
    let x: Float64Array = Float64Array.from(
      Array.from(ids).flatMap((id) => Array.from(embed.data.subarray(id * width, (id + 1) * width))),
    );
    for (const [weight, bias] of convolutions) x = convolved(x, weight, bias);
    x = pooled(x, convolutions[convolutions.length - 1][0].shape[0]);
    layers.forEach(([weight, bias], i) => {
      x = connected(x, weight, bias);
      if (i < layers.length - 1) x = x.map((value) => Math.max(0, value));
    });
    return x;
  };
}
