/** Quamba, Quamba2 and their baselines on a whole state-space model. */

import {minmaxObserver, type Observer, percentileObserver} from "../quant/observers.js";
import type {HeadChannelGroups} from "../ssm/head-channel-groups.js";
import {groupEnds, type SortedClusters, sortAndCluster} from "../ssm/sort-and-cluster.js";
import {hadamard} from "../tensor/hadamard.js";
import type {Backend} from "./backend.js";
import {readOn} from "./generate.js";
import {forwardMamba} from "./mamba.js";
import {mambaCache} from "./mamba-cache.js";
import type {MambaConfig} from "./mamba-config.js";
import type {MambaHooks, MambaSite} from "./mamba-hooks.js";
import {roundMambaWeights, type WeightScheme} from "./mamba-round-weights.js";
import {
  dynamicQuantizer,
  groupedStateQuantizer,
  headChannelQuantizer,
  partsQuantizer,
  type SiteQuantizer,
  staticQuantizer,
} from "./mamba-site-quantizers.js";
import {
  withRotatedOutput,
  withRotatedStream,
  withSmoothedInputs,
  withSortedChannels,
} from "./mamba-transform.js";
import {type MambaWeights, mambaOf, projectionParts} from "./mamba-weights.js";
import type {PreparedModel} from "./prepared-model.js";

/** What a method does beside rounding. */
interface Method {
  /** The input of the output projection is rounded in Hadamard space. */
  readonly rotatesOutput?: boolean;
  /** The residual stream is in Hadamard space as well. */
  readonly rotatesStream?: boolean;
  readonly smooths?: boolean;
  /** Scales of the scan's input and state from a percentile instead of the maximum. */
  readonly clips?: boolean;
  /** Scales from each token instead of from calibration. */
  readonly isDynamic?: boolean;
  /** Sorted and clustered x, B and C and the state in groups (Mamba2). */
  readonly groups?: boolean;
}

const METHODS = {
  static: {},
  dynamic: {isDynamic: true},
  smoothquant: {smooths: true},
  clip: {clips: true},
  hadamard: {rotatesOutput: true},
  quamba: {rotatesOutput: true, rotatesStream: true, clips: true},
  quamba2: {rotatesOutput: true, rotatesStream: true, groups: true},
} as const satisfies Record<string, Method>;

/**
 * The name of a method: `quamba` and `quamba2`, the baselines `static`, `dynamic` (per token) and `smoothquant`, and
 * Quamba's two repairs by themselves, `clip` and `hadamard`.
 */
export type MambaMethod = keyof typeof METHODS;

/** All methods by name. */
export const MAMBA_METHODS = Object.keys(METHODS) as readonly MambaMethod[];

/** How a model is quantized. */
export interface QuantizeMambaOptions {
  readonly method: MambaMethod;
  /** Bits of weights and activations; null rounds nothing, so that a transform can be seen alone. */
  readonly bits: "w8a8" | "w4a8" | "w4a16" | null;
  /** Token ids of the calibration texts: needed by all methods but `dynamic`, and by that for nothing. */
  readonly calibration?: readonly (readonly number[])[];
  /** Quantile of |x| that `clips` keeps; the paper's is 0.9995, and 0.99999 for its smallest models. */
  readonly alpha?: number;
  /** Groups of heads, and of channels in each, of `quamba2`. */
  readonly headGroups?: number;
  readonly channelGroups?: number;
  /** Makes the arithmetic of a model, anew for each: it may hold the weights. */
  readonly backend?: () => Backend | Promise<Backend>;
  /** Sees every tensor of the quantized model after it was rounded. */
  readonly hooks?: MambaHooks;
}

/**
 * A state-space model quantized and ready to be measured: weights, every activation between the kernels, and the state
 * as it goes into the cache, all with static int8 scales unless the method is dynamic. Embedding, norms, head and
 * softplus keep float32. (arXiv 2410.13229; arXiv 2503.22879; number formats spec, 6.2 and 6.4)
 * @throws RangeError if the method is unknown, needs calibration texts and has none, or cannot transform the shapes.
 */
export async function quantizeMamba(
  weights: MambaWeights,
  options: QuantizeMambaOptions,
): Promise<PreparedModel> {
  const {method: name, bits, calibration = [], backend, hooks} = options;
  if (!Object.hasOwn(METHODS, name)) {
    throw new RangeError(`quantizeMamba: method must be one of ${MAMBA_METHODS.join(", ")}, got ${name}`);
  }
  const method: Method = METHODS[name];
  if (calibration.length === 0 && !method.isDynamic) {
    throw new RangeError(`quantizeMamba: method ${name} needs calibration texts, got none`);
  }
  const engine = async () => (backend ? {backend: await backend()} : {});
  const run = async (model: MambaWeights, watch: MambaHooks) => {
    const made = await mambaOf(model, await engine());
    for (const ids of calibration) forwardMamba(made, ids, {hooks: watch, rows: "last"});
  };
  const {transformed, groups} = await transform(weights, method, options, run);
  const quantizers = siteQuantizers(weights.config, method, options, groups);
  if (!method.isDynamic) await run(transformed, observing(quantizers, method));
  const rounded = bits === null ? null : roundMambaWeights(transformed, schemeOf(bits));
  const model = await mambaOf(rounded?.weights ?? transformed, await engine());
  const rounding = roundingHooks(quantizers, method, bits === "w8a8" || bits === "w4a8", hooks);
  return {
    logits: (ids) => forwardMamba(model, ids, {hooks: rounding}),
    write(turns) {
      const cache = mambaCache(model.config);
      const read = (ids: readonly number[]) => forwardMamba(model, ids, {cache, hooks: rounding});
      return turns.map(({prompt, tokens}) => [...readOn(read, prompt, tokens).tokens]);
    },
    bitsPerWeight: rounded && (8 * rounded.bytes) / rounded.elements,
    bitsPerKv: null,
  };
}

function schemeOf(bits: "w8a8" | "w4a8" | "w4a16"): WeightScheme {
  return bits === "w8a8" ? "w8" : bits;
}

type Run = (model: MambaWeights, watch: MambaHooks) => Promise<void>;

/** The weights with everything moved that a method moves, and the groups that its channels then stand in. */
async function transform(
  weights: MambaWeights,
  method: Method,
  options: QuantizeMambaOptions,
  run: Run,
): Promise<{transformed: MambaWeights; groups: readonly HeadChannelGroups[]}> {
  let transformed = weights;
  let groups: readonly HeadChannelGroups[] = [];
  if (method.groups) {
    const orders = await clusters(weights, options, run);
    transformed = withSortedChannels(transformed, orders);
    groups = orders.map(groupEnds);
  }
  if (method.smooths) {
    const largest = await channelMagnitudes(weights, ["mixer.input", "mixer.output"], run, "max");
    transformed = withSmoothedInputs(transformed, (layer, site) => largest(layer, site));
  }
  if (method.rotatesStream) transformed = withRotatedStream(transformed);
  if (method.rotatesOutput) transformed = withRotatedOutput(transformed);
  return {transformed, groups};
}

/** The order of every layer, from the largest over texts of the mean |x| over tokens of each channel. */
async function clusters(
  weights: MambaWeights,
  {headGroups = 4, channelGroups = 4}: QuantizeMambaOptions,
  run: Run,
): Promise<SortedClusters[]> {
  const {config} = weights;
  if (config.architecture !== "Mamba2ForCausalLM") {
    throw new RangeError(`quantizeMamba: method quamba2 needs a Mamba2 model, got ${config.architecture}`);
  }
  const {groups, headDim} = config;
  const magnitude = await channelMagnitudes(weights, ["x"], run, "mean");
  return Array.from({length: config.layers}, (_, layer) =>
    sortAndCluster(magnitude(layer, "x"), {groups, headDim, headGroups, channelGroups}),
  );
}

/** The largest over texts of each channel's largest, or mean, magnitude over tokens. */
async function channelMagnitudes(
  weights: MambaWeights,
  sites: readonly MambaSite[],
  run: Run,
  over: "max" | "mean",
): Promise<(layer: number, site: MambaSite) => Float32Array> {
  const found = new Map<string, Float32Array>();
  await run(weights, {
    tensor(site, layer, x, rows) {
      if (!sites.includes(site)) return undefined;
      const columns = x.length / rows;
      const seen = new Float32Array(columns);
      for (let i = 0; i < x.length; i++) {
        const [c, magnitude] = [i % columns, Math.abs(x[i]!)];
        seen[c] = over === "max" ? Math.max(seen[c]!, magnitude) : seen[c]! + magnitude / rows;
      }
      const before = found.get(`${layer} ${site}`);
      found.set(`${layer} ${site}`, before ? seen.map((value, c) => Math.max(value, before[c]!)) : seen);
      return undefined;
    },
  });
  return (layer, site) => found.get(`${layer} ${site}`)!;
}

/** The quantizers of one layer; `state` is the scan's as it is cached. */
type LayerQuantizers = Partial<Record<MambaSite | "state", SiteQuantizer>>;

function siteQuantizers(
  config: MambaConfig,
  method: Method,
  {alpha = 0.9995}: QuantizeMambaOptions,
  groups: readonly HeadChannelGroups[],
): LayerQuantizers[] {
  const make = (observer: Observer = minmaxObserver()): SiteQuantizer =>
    method.isDynamic ? dynamicQuantizer(observer) : staticQuantizer(observer);
  const clipped = () => make(method.clips ? percentileObserver({alpha}) : minmaxObserver());
  const parts = projectionParts(config);
  return Array.from({length: config.layers}, (_, layer): LayerQuantizers => {
    const shared: LayerQuantizers = {
      "mixer.input": make(),
      projected: partsQuantizer(
        parts,
        parts.map(() => make()),
      ),
      x: clipped(),
      "mixer.output": make(),
      state: clipped(),
    };
    if (config.architecture === "MambaForCausalLM") return {...shared, "x.projected": make(), dt: make()};
    const own = groups[layer];
    if (own === undefined) return {...shared, B: make(), C: make()};
    const {heads, headDim, stateSize} = config;
    return {
      ...shared,
      x: headChannelQuantizer(own, heads),
      B: make(minmaxObserver({groupSize: stateSize})),
      C: make(minmaxObserver({groupSize: stateSize})),
      state: groupedStateQuantizer(own, [heads, headDim, stateSize]),
    };
  });
}

/** Shows every tensor to its quantizer and changes none, but for the rotation that the weights expect. */
function observing(quantizers: readonly LayerQuantizers[], method: Method): MambaHooks {
  return {
    tensor(site, layer, x, rows) {
      const tensor = inQuantizedSpace(site, x, rows, method);
      quantizers[layer]?.[site]?.observe(tensor);
      return tensor.data;
    },
    state(layer, state) {
      quantizers[layer]?.state?.observe({shape: [1, state.length], data: new Float32Array(state)});
      return undefined;
    },
  };
}

function roundingHooks(
  quantizers: readonly LayerQuantizers[],
  method: Method,
  rounds: boolean,
  outer: MambaHooks | undefined,
): MambaHooks {
  return {
    tensor(site, layer, x, rows) {
      const tensor = inQuantizedSpace(site, x, rows, method);
      const quantizer = rounds ? quantizers[layer]?.[site] : undefined;
      const {data} = quantizer?.quantize(tensor) ?? tensor;
      return outer?.tensor?.(site, layer, data, rows) ?? data;
    },
    state(layer, state) {
      const quantizer = rounds ? quantizers[layer]?.state : undefined;
      const tensor = {shape: [1, state.length], data: new Float32Array(state)};
      const kept = quantizer ? new Float64Array(quantizer.quantize(tensor).data) : state;
      return outer?.state?.(layer, kept) ?? kept;
    },
  };
}

/** The output of the mixer goes through the Hadamard transform before it is rounded, if the method says so. */
function inQuantizedSpace(site: MambaSite, x: Float32Array, rows: number, {rotatesOutput}: Method) {
  const tensor = {shape: [rows, x.length / rows], data: x};
  return site === "mixer.output" && rotatesOutput ? hadamard(tensor) : tensor;
}
