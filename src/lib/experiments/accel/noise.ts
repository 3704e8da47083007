import type {Sparsity} from "../../accel/roofline.js";
import {energyKept} from "../../accel/sst/encode.js";
import type {TensorSet} from "../../experiment/experiment.js";
import {formatById} from "../../formats/registry.js";
import {measure, roundTrip} from "../../quant/measure.js";
import type {Tensor} from "../../tensor/tensor.js";

/** Noise that a composition adds to numbers that flow through a trained model. */
export interface NoiseMeter {
  /** Noise over signal of what a format stores in this role; measured. */
  readonly weights: (format: string) => number;
  readonly activations: (format: string) => number;
  readonly kv: (format: string) => number;
  /** Share of the weights' energy that pruning by magnitude takes away; measured. */
  readonly pruned: (sparsity: Sparsity | null) => number;
}

/** A function that computes once for each name. */
function once<T>(nameOf: (of: T) => string, compute: (of: T) => number): (of: T) => number {
  const known = new Map<string, number>();
  return (of) => {
    const name = nameOf(of);
    const value = known.get(name) ?? compute(of);
    known.set(name, value);
    return value;
  };
}

const meter = (tensors: readonly Tensor[]): ((format: string) => number) =>
  once(String, (id) => measure(tensors.map((x) => roundTrip(formatById(id), x))).relativeMse);

const tensorsOf = (set: TensorSet, suffix: RegExp): Tensor[] =>
  [...set].filter(([name]) => suffix.test(name)).map(([, x]) => x);

/** Measures formats on the decoder: its linear weights, the inputs of its linears, its rotated keys and its values. */
export function noiseMeter(weights: TensorSet, activations: TensorSet): NoiseMeter {
  const linears = tensorsOf(weights, /_proj\.weight$/);
  const prunedEnergy = (sparsity: Sparsity | null): number => {
    if (sparsity === null) return 0;
    let kept = 0;
    let all = 0;
    for (const {data, shape} of linears) {
      const energy = data.reduce((sum, value) => sum + value * value, 0);
      kept += energy * energyKept(data, shape[1], sparsity.n, sparsity.m);
      all += energy;
    }
    return 1 - kept / all;
  };
  return {
    weights: meter(linears),
    activations: meter(tensorsOf(activations, /(qkv|down_proj)\.input$/)),
    kv: meter(tensorsOf(activations, /self_attn\.(key_rotated|value)$/)),
    pruned: once((sparsity) => (sparsity ? `${sparsity.n}:${sparsity.m}` : "dense"), prunedEnergy),
  };
}
