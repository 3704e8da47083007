/** A state-space model made ready to be rounded: its weights moved as a method moves them, its quantizers calibrated. */

import type {Backend} from "../../engine/backend.js";
import {forwardMamba} from "../../engine/mamba/mamba.js";
import type {Mamba2Config, MambaConfig} from "../../engine/mamba/mamba-config.js";
import type {MambaHooks, MambaSite} from "../../engine/mamba/mamba-hooks.js";
import {convParts, type MambaWeights, mambaOf, projectionParts} from "../../engine/mamba/mamba-weights.js";
import {minmaxObserver, type Observer, percentileObserver} from "../../formats/observers.js";
import {hadamard} from "../../tensor/hadamard.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {HeadChannelGroups} from "../quamba2/head-channel-groups.js";
import {groupEnds, type SortedClusters, sortAndCluster} from "../quamba2/sort-and-cluster.js";
import {type MambaMethod, type MambaRecipe, mambaRecipe} from "./mamba-methods.js";
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

/** How activations are to be quantized. */
export interface CalibrateMambaOptions {
  readonly method: MambaMethod;
  /** Token ids of the calibration texts. */
  readonly calibration?: readonly (readonly number[])[];
  /** Quantile of |x| that clipping keeps; the paper's is 0.9995, and 0.99999 for its smallest models. */
  readonly alpha?: number;
  /** Groups of heads, and of channels in each, that clustering makes. */
  readonly headGroups?: number;
  readonly channelGroups?: number;
  /** Whether embedding and head are rounded as the mixers are; by default as the method has it. */
  readonly roundsEnds?: boolean;
  /** Makes the arithmetic of a model, anew for each: it may hold the weights. */
  readonly backend?: () => Backend | Promise<Backend>;
}

/** Where something is rounded; `conv` and `state` are the two memories of a layer. */
export type QuantizedSite = MambaSite | "state" | "conv";

/** A model before rounding, and everything that rounds its activations. */
export interface CalibratedMamba {
  /** Computes what the model computed once `mixer.output` goes through {@link CalibratedMamba.inSpace}. */
  readonly weights: MambaWeights;
  readonly recipe: MambaRecipe;
  /** Of a site of a layer (-1: outside the layers); undefined where nothing is rounded. */
  quantizer(layer: number, site: QuantizedSite): SiteQuantizer | undefined;
  /** A tensor of a site as it is rounded: the mixer's output in Hadamard space, if the method says so. */
  inSpace(site: MambaSite, x: Tensor): Tensor;
  /** Bytes of all scales that calibration fixed. */
  fixedBytes(): number;
}

type Run = (model: MambaWeights, watch: MambaHooks) => Promise<void>;

/**
 * Moves what a method moves in the weights and lets its quantizers see the calibration texts.
 * @throws RangeError if the method is unknown or not for this model, needs texts and has none, cannot transform the
 * shapes, or an option is out of range.
 */
export async function calibrateMamba(
  weights: MambaWeights,
  options: CalibrateMambaOptions,
): Promise<CalibratedMamba> {
  const {method, calibration = []} = options;
  const recipe = recipeOf(weights, options);
  if (calibration.length === 0 && !recipe.isDynamic) {
    throw new RangeError(`quantizeMamba: method ${method} needs calibration texts, got none`);
  }
  const run = runner(options, recipe);
  const {transformed, groups} = await transform(weights, recipe, options, run);
  const calibrated = withQuantizers(
    transformed,
    recipe,
    quantizersOf(transformed.config, recipe, options, groups),
  );
  if (!recipe.isDynamic) await run(transformed, observing(calibrated));
  return calibrated;
}

/**
 * The weights moved as a method moves them where no activation is to be rounded: only SmoothQuant then needs texts.
 * @throws RangeError as {@link calibrateMamba}.
 */
export async function transformMamba(
  weights: MambaWeights,
  options: CalibrateMambaOptions,
): Promise<CalibratedMamba> {
  const {clusters: _, ...recipe} = recipeOf(weights, options);
  if (recipe.smooths && (options.calibration ?? []).length === 0) {
    throw new RangeError(`quantizeMamba: method ${options.method} needs calibration texts, got none`);
  }
  const {transformed} = await transform(weights, recipe, options, runner(options, recipe));
  return withQuantizers(transformed, recipe, new Map());
}

function withQuantizers(
  weights: MambaWeights,
  recipe: MambaRecipe,
  quantizers: ReadonlyMap<number, LayerQuantizers>,
): CalibratedMamba {
  return {
    weights,
    recipe,
    quantizer: (layer, site) => quantizers.get(layer)?.[site],
    inSpace: (site, x) => (site === "mixer.output" && recipe.rotatesOutput ? hadamard(x) : x),
    fixedBytes: () => {
      // What the convolution remembers shares the scales of what it was given.
      const each = [...quantizers.values()].flatMap(({conv: _, ...own}) => Object.values(own));
      return each.reduce((sum, quantizer) => sum + quantizer.fixedBytes(), 0);
    },
  };
}

function recipeOf({config}: MambaWeights, {method, roundsEnds}: CalibrateMambaOptions): MambaRecipe {
  const recipe = mambaRecipe(method, config);
  return roundsEnds === undefined ? recipe : {...recipe, roundsEnds};
}

function runner({calibration = [], backend}: CalibrateMambaOptions, {roundsEnds}: MambaRecipe): Run {
  return async (weights, hooks) => {
    const model = await mambaOf(weights, backend ? {backend: await backend()} : {});
    // What the head takes is seen of every token only where it is rounded.
    const rows = roundsEnds ? "all" : "last";
    for (const ids of calibration) forwardMamba(model, ids, {hooks, rows});
  };
}

/** The weights with everything moved that a method moves, and the groups that its channels then stand in. */
async function transform(
  weights: MambaWeights,
  recipe: MambaRecipe,
  options: CalibrateMambaOptions,
  run: Run,
): Promise<{transformed: MambaWeights; groups: readonly HeadChannelGroups[]}> {
  let transformed = weights;
  let groups: readonly HeadChannelGroups[] = [];
  if (recipe.clusters) {
    const orders = await clusters(weights, options, run);
    transformed = withSortedChannels(transformed, orders);
    groups = orders.map(groupEnds);
  }
  if (recipe.smooths) {
    const largest = await channelMagnitudes(weights, ["mixer.input", "mixer.output"], run, "max");
    transformed = withSmoothedInputs(transformed, (layer, site) => largest(layer, site));
  }
  if (recipe.rotatesStream) transformed = withRotatedStream(transformed);
  if (recipe.rotatesOutput) transformed = withRotatedOutput(transformed);
  return {transformed, groups};
}

/** The order of every layer, from the largest over texts of the mean |x| over tokens of each channel. */
async function clusters(
  weights: MambaWeights,
  {headGroups = 4, channelGroups = 4}: CalibrateMambaOptions,
  run: Run,
): Promise<SortedClusters[]> {
  const {groups, headDim, heads, layers} = weights.config as Mamba2Config;
  if (!Number.isInteger(headGroups) || headGroups < 1 || headGroups > heads / groups) {
    throw new RangeError(
      `quantizeMamba: headGroups must be an integer from 1 to the ${heads / groups} heads of a state group, got ${headGroups}`,
    );
  }
  const magnitude = await channelMagnitudes(weights, ["x"], run, "mean");
  return Array.from({length: layers}, (_, layer) =>
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
        const [c, magnitude] = [i % columns, Math.abs(x[i])];
        seen[c] = over === "max" ? Math.max(seen[c], magnitude) : seen[c] + magnitude / rows;
      }
      const before = found.get(`${layer} ${site}`);
      found.set(`${layer} ${site}`, before ? seen.map((value, c) => Math.max(value, before[c])) : seen);
      return undefined;
    },
  });
  return (layer, site) => found.get(`${layer} ${site}`)!;
}

type LayerQuantizers = Partial<Record<QuantizedSite, SiteQuantizer>>;

function quantizersOf(
  config: MambaConfig,
  recipe: MambaRecipe,
  {alpha = 0.9995}: CalibrateMambaOptions,
  groups: readonly HeadChannelGroups[],
): ReadonlyMap<number, LayerQuantizers> {
  const make = (observer: Observer = minmaxObserver()): SiteQuantizer =>
    recipe.isDynamic ? dynamicQuantizer(observer) : staticQuantizer(observer);
  const clipped = () => make(recipe.clips ? percentileObserver({alpha}) : minmaxObserver());
  const all = new Map<number, LayerQuantizers>();
  if (recipe.roundsEnds) all.set(-1, {final: make()});
  for (let layer = 0; layer < config.layers; layer++) {
    const parts = projectionParts(config).map(() => make());
    const shared: LayerQuantizers = {
      "mixer.input": make(),
      projected: partsQuantizer(projectionParts(config), parts),
      x: clipped(),
      "mixer.output": make(),
      state: clipped(),
    };
    all.set(
      layer,
      config.architecture === "MambaForCausalLM"
        ? {...shared, conv: parts[0], "x.projected": make(), dt: make()}
        : {
            ...shared,
            conv: partsQuantizer(convParts(config), parts.slice(1, 4)),
            ...scanQuantizers(config, recipe, groups[layer], make),
          },
    );
  }
  return all;
}

/** Those of Mamba2's scan that depend on groups. */
function scanQuantizers(
  config: Mamba2Config,
  {groupsStates}: MambaRecipe,
  clustered: HeadChannelGroups | undefined,
  make: (observer?: Observer) => SiteQuantizer,
): LayerQuantizers {
  const {heads, headDim, stateSize} = config;
  const perGroup = () => make(minmaxObserver(groupsStates ? {groupSize: stateSize} : {}));
  const stateGroups = clustered ?? wholeGroups(config);
  return {
    B: perGroup(),
    C: perGroup(),
    ...(clustered && {x: headChannelQuantizer(clustered, heads)}),
    ...(groupsStates && {state: groupedStateQuantizer(stateGroups, [heads, headDim, stateSize])}),
  };
}

/** All heads and channels of a state group together. */
function wholeGroups({groups, heads, headDim}: Mamba2Config): HeadChannelGroups {
  const each = <T>(value: T): T[] => Array(groups).fill(value);
  return {headEnds: each([heads / groups]), channelEnds: each([[headDim]])};
}

/** Shows every tensor to its quantizer and changes none, but for the rotation that the weights expect. */
function observing({quantizer, inSpace}: CalibratedMamba): MambaHooks {
  return {
    tensor(site, layer, x, rows) {
      const tensor = inSpace(site, {shape: [rows, x.length / rows], data: x});
      quantizer(layer, site)?.observe(tensor);
      return tensor.data;
    },
    state(layer, state) {
      quantizer(layer, "state")?.observe({shape: [1, state.length], data: new Float32Array(state)});
      return undefined;
    },
  };
}
