import type {Format} from "../../src/lib/formats/format.js";
import {type MethodId, quantizationMethods} from "../../src/lib/quant/registry.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {type Tensor, tensor} from "../../src/lib/tensor/tensor.js";

/** Standard normal values. */
export function gaussian(seed: number, shape: readonly number[], scale = 1): Tensor {
  const stream = randomStream(seed, "gaussian");
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({length: count}, () => scale * stream.normal()),
    shape,
  );
}

/** Activations [tokens, channels] as models have them: channels that move together, a few of them far larger. */
export function activations(seed: number, tokens: number, channels: number, outlier = 20): Tensor {
  const stream = randomStream(seed, "activations");
  const data = new Float32Array(tokens * channels);
  for (let t = 0; t < tokens; t++) {
    const shared = stream.normal();
    for (let j = 0; j < channels; j++) {
      const size = j % 13 === 5 ? outlier : 1;
      data[t * channels + j] = size * (stream.normal() + 0.8 * shared);
    }
  }
  return tensor(data, [tokens, channels]);
}

/** The first of some formats that a method can round to. */
export function formatTaken(method: MethodId, ...candidates: Format[]): Format {
  const {refuses} = quantizationMethods.byId(method);
  return candidates.find((format) => refuses(format) === null)!;
}

/** x W^T in float64, [tokens, out]. */
export function product(x: Tensor, w: Tensor): Float64Array {
  const n = w.shape.at(-1)!;
  const outs = w.data.length / n;
  return Float64Array.from({length: (x.data.length / n) * outs}, (_, k) => {
    const t = Math.floor(k / outs);
    const o = k % outs;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += x.data[t * n + i] * w.data[o * n + i];
    return sum;
  });
}

/** The mean square of the difference of two arrays. */
export function meanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}

/** The largest magnitude of the difference of two arrays. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < a.length; i++) max = Math.max(max, Math.abs(a[i] - b[i]));
  return max;
}

/** The largest magnitude. */
export function largest(a: ArrayLike<number>): number {
  return maxDifference(a, new Float64Array(a.length));
}
