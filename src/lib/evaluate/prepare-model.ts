/** A decoder set up to be measured: quantized weights, activations and KV cache behind one pair of functions. */

import {type Backend, type PackedActivations, referenceBackend} from "../engine/backend.js";
import {formatCache} from "../engine/cache/format-cache.js";
import {plainKvCache} from "../engine/cache/kv-cache.js";
import {packedKvCache} from "../engine/cache/packed-kv-cache.js";
import {forward} from "../engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf} from "../engine/decoder/decoder-weights.js";
import type {LoadOptions} from "../engine/decoder/load-decoder.js";
import {greedy} from "../engine/generate.js";
import type {Hooks, Site} from "../engine/hooks.js";
import {packedLinear} from "../engine/packed/packed-linear.js";
import type {PreparedModel} from "../engine/prepared-model.js";
import type {Format} from "../formats/format.js";
import {quantizeActivation} from "../quant/activations.js";
import {type QuantizedDecoder, quantizeDecoder} from "../quant/quantize-decoder.js";
import {type MethodId, quantizationMethods} from "../quant/registry.js";

/** Formats and methods of a quantized model; parts that are left out stay float32. */
export interface Setup {
  /** Weights of the projections of every layer. */
  readonly weights?: Format;
  /** Inputs of these projections, with scales of each token's own; by default those of the method, if it has any and weights a format. */
  readonly activations?: Format;
  /** Keys (after rotary) and values, packed token by token. */
  readonly kv?: Format;
  readonly method?: MethodId;
  /** Layers to which weights and activations are restricted; default all. */
  readonly layers?: ReadonlySet<number>;
}

/** Means to prepare a setup with. */
export interface PrepareOptions {
  /** Token ids that the method calibrates on. */
  readonly calibration?: readonly (readonly number[])[];
  /** Makes the arithmetic of a model, anew for each: it may hold the weights. Default: the reference. */
  readonly backend?: () => Backend | Promise<Backend>;
  readonly signal?: AbortSignal;
  /**
   * Keeps the projections packed and multiplies by them as they are, with activations in float32 or rounded to 8 bits; without
   * a format those that the file holds packed. Those that the backend's kernels do not take are unpacked. Default: all are
   * unpacked.
   */
  readonly packed?: PackedActivations;
}

const PROJECTION_INPUTS: ReadonlySet<Site> = new Set([
  "attention.input",
  "attention.output",
  "mlp.input",
  "mlp.hidden",
  "mlp.shared.hidden",
]);

/**
 * Quantizes a decoder and makes it ready to run. An empty setup is the float32 baseline.
 * @throws RangeError or FormatError as {@link quantizeDecoder}.
 */
export async function prepareModel(
  weights: DecoderWeights,
  {weights: format, activations, kv, method = "rtn", layers}: Setup,
  {calibration, backend, signal, packed}: PrepareOptions = {},
): Promise<PreparedModel> {
  const quantized = await quantizeDecoder(weights, {
    format: format ?? null,
    method,
    ...(calibration && {calibration}),
    ...(layers && {layers}),
    ...(backend && {backend}),
    ...(signal && {signal}),
  });
  const arithmetic = (await backend?.()) ?? referenceBackend;
  const model = await decoderOf(quantized.weights, {
    backend: arithmetic,
    ...(packed &&
      (format ? {linear: await packedProducts(quantized, format, arithmetic, packed)} : {packed})),
  });
  const inputs = activations ?? (format && inputsOfMethod(method));
  const hooks = inputs && activationHooks(inputs, layers);
  const options = () => ({
    cache: kv
      ? formatCache(model.config, {keys: kv, own: "stored", unpackOnce: true})
      : plainKvCache(model.config),
    ...(hooks && {hooks}),
  });
  return {
    logits: (ids) => forward(model, ids, options()),
    write(turns) {
      const state = options();
      return turns.map(({prompt, tokens}) => [...greedy(model, prompt, tokens, state).tokens]);
    },
    bitsPerWeight: quantized.elements === 0 ? null : (8 * quantized.bytes) / quantized.elements,
    bitsPerKv: kv ? bitsPerCachedNumber(weights, kv) : null,
  };
}

/** The format of what goes into the projections that a method brings along; most bring none. */
export const inputsOfMethod = (method: MethodId): Format | undefined =>
  quantizationMethods.byId(method).steps({}).inputs;

/** Products of a decoder whose projections stay packed. */
async function packedProducts(
  {packed}: QuantizedDecoder,
  format: Format,
  backend: Backend,
  activations: PackedActivations,
): Promise<Required<LoadOptions>["linear"]> {
  const fused = (await backend.packed?.()) ?? (() => null);
  return (name, weight, bias) => {
    const stored = packed.get(`${name}.weight`);
    const levels = (stored && format.levels?.(stored)) ?? null;
    const product = levels && (fused(levels, bias, activations) ?? packedLinear(levels, bias, activations));
    return product ?? backend.linear(weight, bias);
  };
}

function activationHooks(format: Format, layers: ReadonlySet<number> | undefined): Hooks {
  return {
    tensor(site, layer, x, rows) {
      if (!PROJECTION_INPUTS.has(site) || (layers !== undefined && !layers.has(layer))) return undefined;
      return quantizeActivation({shape: [rows, x.length / rows], data: x}, format).values.data;
    },
  };
}

/** Counted on one token of one layer: packed sizes depend on shapes alone. */
function bitsPerCachedNumber({config}: DecoderWeights, kv: Format): number {
  const width = config.kvHeads * config.headDim;
  const cache = packedKvCache({...config, layers: 1}, kv);
  cache.append(0, new Float32Array(width), new Float32Array(width), Int32Array.of(0));
  return (8 * cache.bytes()) / (2 * width);
}
