/** The tensors of a state-space model that quantization has to do with, by the names of the field. */

import type {Mamba} from "../../engine/mamba/load-mamba.js";
import {forwardMamba} from "../../engine/mamba/mamba.js";
import {mambaCache} from "../../engine/mamba/mamba-cache.js";
import type {MambaConfig} from "../../engine/mamba/mamba-config.js";
import type {MambaSite} from "../../engine/mamba/mamba-hooks.js";
import {projectionParts} from "../../engine/mamba/mamba-weights.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {QuantizedSite} from "../scan-quantizer.js";
import {columnsOf} from "./int8-quantizers.js";

/**
 * In the order of the forward pass: the normed input of a layer; x, B, C and delta, which the scan takes; the gated
 * output, which the output projection takes; and the state that the scan leaves.
 */
export const MAMBA_TENSORS = ["input", "x", "B", "C", "delta", "output", "state"] as const;

/** The name of a tensor. */
export type MambaTensor = (typeof MAMBA_TENSORS)[number];

/** Place at which a tensor is rounded: a site, and the columns of it that are the tensor. */
export interface TensorPlace {
  readonly site: QuantizedSite;
  readonly from: number;
  readonly to: number;
}

/** Tokens after which the state is looked at again. */
const STATE_EVERY = 64;

/**
 * Places at which quantized models round a tensor. Mamba rounds B and C together with the low-rank delta and then delta once more,
 * before its bias and softplus; Mamba2 rounds delta where it is projected, before its bias and softplus too.
 */
export function tensorPlace(config: MambaConfig, tensor: MambaTensor): TensorPlace {
  const {innerSize, stateSize, hiddenSize} = config;
  const whole = (site: QuantizedSite, width: number): TensorPlace => ({site, from: 0, to: width});
  if (tensor === "input") return whole("mixer.input", hiddenSize);
  if (tensor === "x") return whole("x", innerSize);
  if (tensor === "output") return whole("mixer.output", innerSize);
  if (tensor === "state") return whole("state", innerSize * stateSize);
  if (config.architecture === "MambaForCausalLM") {
    if (tensor === "delta") return whole("dt", innerSize);
    const from = config.timeStepRank + (tensor === "B" ? 0 : stateSize);
    return {site: "x.projected", from, to: from + stateSize};
  }
  if (tensor !== "delta") return whole(tensor, config.groups * stateSize);
  const to = projectionParts(config).reduce((sum, width) => sum + width, 0);
  return {site: "projected", from: to - config.heads, to};
}

/** Tensors that passes went through: a site's rows of all texts one below another. */
export interface ObservedMamba {
  /** [rows, columns]; of `state` a row for every 64 tokens and at the end of each text. */
  site(layer: number, site: QuantizedSite): Tensor;
  /** The columns of its site that are this tensor. */
  tensor(layer: number, tensor: MambaTensor): Tensor;
}

/**
 * Reads texts from their start and keeps what these tensors need, of all layers, each as `inSpace` gives it: the model
 * goes on with that.
 * @throws RangeError as {@link forwardMamba}.
 */
export function observeMamba(
  model: Mamba,
  texts: readonly (readonly number[])[],
  tensors: readonly MambaTensor[] = MAMBA_TENSORS,
  inSpace: (site: MambaSite, x: Tensor) => Tensor = (_, x) => x,
): ObservedMamba {
  const {config} = model;
  const sites = new Set(tensors.map((tensor) => tensorPlace(config, tensor).site));
  const seen = new Map<string, Tensor[]>();
  const keep = (layer: number, site: QuantizedSite, tensor: Tensor): void => {
    if (!sites.has(site)) return;
    const key = `${layer} ${site}`;
    seen.set(key, [...(seen.get(key) ?? []), {shape: tensor.shape, data: tensor.data.slice()}]);
  };
  const hooks = {
    tensor(site: MambaSite, layer: number, x: Float32Array, rows: number) {
      const tensor = inSpace(site, {shape: [rows, x.length / rows], data: x});
      keep(layer, site, tensor);
      return tensor.data;
    },
    state(layer: number, state: Float64Array) {
      keep(layer, "state", {shape: [1, state.length], data: new Float32Array(state)});
      return undefined;
    },
  };
  for (const ids of texts) {
    const cache = mambaCache(config);
    for (let from = 0; from < ids.length; from += STATE_EVERY) {
      forwardMamba(model, ids.slice(from, from + STATE_EVERY), {cache, hooks, rows: "last"});
    }
  }
  const site = (layer: number, name: QuantizedSite) => stacked(seen.get(`${layer} ${name}`) ?? []);
  return {
    site,
    tensor(layer, tensor) {
      const {site: name, from, to} = tensorPlace(config, tensor);
      return columnsOf(site(layer, name), from, to);
    },
  };
}

function stacked(parts: readonly Tensor[]): Tensor {
  if (parts.length === 0) throw new RangeError("observeMamba: texts must be at least one, got none");
  const columns = parts[0].shape.at(-1)!;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return {shape: [data.length / columns, columns], data};
}
