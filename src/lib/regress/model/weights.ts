import type {Backend, Linear} from "../../engine/backend.js";
import {normFunction, type RowFunction} from "../../engine/norm.js";
import {FormatError} from "../../io/format-error.js";
import type {Tensor} from "../../tensor/tensor.js";

/** Sizes of a regression model; all but the heads follow from the shapes of its tensors. */
export interface RegressionConfig {
  readonly width: number;
  readonly heads: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly vocabulary: number;
  readonly targets: number;
}

/** Reads the parts of a model from named tensors. */
export interface WeightReader {
  readonly config: RegressionConfig;
  /** Rows of an embedding. */
  table(name: string): Float32Array;
  /** x W^T + b of `name.weight` and `name.bias`. */
  linear(name: string): Linear;
  /** Layer norm over the width. */
  norm(name: string): RowFunction;
}

const EPS = 1e-5;

/** Layers of a stack are numbered from 0. */
function layersOf(tensors: ReadonlyMap<string, Tensor>, stack: string): number {
  let count = 0;
  while (tensors.has(`${stack}.${count}.attn_norm.weight`)) count++;
  return count;
}

/**
 * A reader of the tensors of a regression model, as training/publish_regression.py writes them.
 * @throws FormatError with kind `missing-tensor` or `bad-shape`.
 */
export function weightReader(tensors: ReadonlyMap<string, Tensor>, backend: Backend): WeightReader {
  const refuse = (kind: "missing-tensor" | "bad-shape", field: string, allowed: string): never => {
    const value = `[${tensors.get(field)?.shape.join(", ") ?? "none"}]`;
    throw new FormatError("weightReader", {kind, offset: null, field, value, allowed});
  };
  const get = (name: string): Tensor => tensors.get(name) ?? refuse("missing-tensor", name, "a tensor");
  const [vocabulary, width] = get("embed_text").shape;
  const config: RegressionConfig = {
    width,
    heads: get("heads").data[0],
    encoderLayers: layersOf(tensors, "encoder"),
    decoderLayers: layersOf(tensors, "decoder"),
    vocabulary,
    targets: get("embed_target").shape[0],
  };
  return {
    config,
    table: (name) => get(name).data,
    linear(name) {
      const [weight, bias] = [get(`${name}.weight`), get(`${name}.bias`)];
      if (weight.shape[0] !== bias.shape[0])
        refuse("bad-shape", `${name}.bias`, `one value an output, ${weight.shape[0]}`);
      return backend.linear(weight, bias.data);
    },
    norm(name) {
      const [gain, bias] = [get(`${name}.weight`).data, get(`${name}.bias`).data];
      if (gain.length !== width) refuse("bad-shape", `${name}.weight`, `[${width}]`);
      return normFunction({kind: "layer", eps: EPS}, width, {gain, bias}, backend);
    },
  };
}

/** Rows of a table for some ids, one after another. */
export function embed(table: Float32Array, width: number, ids: ArrayLike<number>): Float32Array {
  const x = new Float32Array(ids.length * width);
  for (let t = 0; t < ids.length; t++) x.set(table.subarray(ids[t] * width, (ids[t] + 1) * width), t * width);
  return x;
}

/** x + y, element by element. */
export function sum(x: Float32Array, y: Float32Array): Float32Array {
  return x.map((value, i) => value + y[i]);
}

/** The two products of a layer with a ReLU between them. */
export function reluNetwork(reader: WeightReader, layer: string): RowFunction {
  const [up, down] = [reader.linear(`${layer}.mlp.up_proj`), reader.linear(`${layer}.mlp.down_proj`)];
  return (x) => down(up(x).map((value) => Math.max(0, value)));
}
