/** A decoder's weights by the engine's names, to be rewritten as a whole before the model is made of them. */

import type {GroupedLevels} from "../../formats/grouped-levels.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {Site} from "../hooks.js";
import {type MaybePacked, plannedLevels} from "../packed/packed-products.js";
import {checkFits, heldCheckpoint, planReader, unusedNames} from "../tensor-plan.js";
import type {DecoderConfig} from "./config.js";
import {linearParts, NORM_NAMES} from "./layer-parts.js";
import {DEFAULT_MAX_BYTES, type Decoder, type LoadOptions, loadPlanned} from "./load-decoder.js";
import {ENGINE_NAMING} from "./naming.js";
import {planDecoder} from "./plan-decoder.js";

/** All tensors of a model; a tied head is not among them. */
export interface DecoderWeights {
  readonly config: DecoderConfig;
  /** By the engine's names, which are those of a published Llama checkpoint; a norm's gain as it multiplies. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Names of tensors in the file that no part of the model takes; by default none. */
  readonly unused?: readonly string[];
  /** A matrix as integers under scales, where the file holds it so; null for one that was rewritten. */
  levels?(weight: Tensor): Promise<GroupedLevels | null>;
}

/** Linear layers that read the same input, and what makes that input. */
export interface InputGroup {
  readonly layer: number;
  /** Site at which the input can be seen. */
  readonly site: Extract<
    Site,
    "attention.input" | "attention.output" | "mlp.input" | "mlp.hidden" | "mlp.shared.hidden"
  >;
  /** Weights [out, in], by name. */
  readonly readers: readonly string[];
  /** Tensors whose rows (or entries) are the input's channels, to take up a scale; none where no tensor can. */
  readonly makers: readonly string[];
}

/**
 * Reads every tensor that the config requires, unless all of them take more than `maxBytes` as float32.
 * @throws FormatError as {@link planDecoder}, with kind `does-not-fit`, or if a tensor cannot be read.
 */
export async function readDecoderWeights(
  checkpoint: MaybePacked,
  config: DecoderConfig,
  {maxBytes = DEFAULT_MAX_BYTES}: Pick<LoadOptions, "maxBytes"> = {},
): Promise<DecoderWeights> {
  const planned = planDecoder(checkpoint.tensors, config);
  const {plan, isLeftover} = planned;
  checkFits("loadDecoder", plan.values(), maxBytes);
  const read = planReader(checkpoint, plan);
  const tensors = new Map<string, Tensor>();
  for (const name of plan.keys()) tensors.set(name, await read(name));
  const names = new Map(Array.from(tensors, ([name, tensor]) => [tensor, name]));
  return {
    config: planned.config,
    tensors,
    unused: unusedNames(checkpoint.tensors, plan, isLeftover),
    async levels(weight) {
      const name = names.get(weight);
      return name === undefined ? null : plannedLevels(checkpoint, plan, name);
    },
  };
}

/** Makes the model. @throws FormatError as {@link loadDecoder}, if a tensor is missing or has another shape. */
export async function decoderOf(
  {config, tensors, levels}: DecoderWeights,
  options: LoadOptions = {},
): Promise<Decoder> {
  const held = heldCheckpoint(tensors);
  const checkpoint = {
    ...held,
    levels: async (name: string) => (await levels?.(tensors.get(name)!)) ?? null,
  };
  return loadPlanned(checkpoint, planDecoder(checkpoint.tensors, config, ENGINE_NAMING), options);
}

/**
 * The inputs of every layer: four; three where attention and network read the same, five where an expert is shared. The output projection's input is
 * made by the value projection, channel by channel, only where every head has its own values: with grouped heads a
 * channel of v feeds several. The down projection's is made by the up projection only where that is gated. Experts share
 * their inputs' groups: statistics of `mlp.hidden` are those of all experts of a layer.
 */
export function inputGroups({config, tensors}: DecoderWeights): InputGroup[] {
  const withBias = (name: string) => [`${name}.weight`, `${name}.bias`].filter((part) => tensors.has(part));
  return config.plans.flatMap((plan, layer): InputGroup[] => {
    const {mixer, channels, normsAt} = plan;
    const prefix = `model.layers.${layer}`;
    const readers = (pattern: RegExp) =>
      linearParts(config, plan).flatMap(({name}) => (pattern.test(name) ? [`${prefix}.${name}.weight`] : []));
    const norm = (part: keyof typeof NORM_NAMES) => withBias(`${prefix}.${NORM_NAMES[part].input}`);
    const isShared = plan.parallel && !normsAt.channels.includes("input");
    const networkInput: InputGroup = {
      layer,
      site: "mlp.input",
      readers: readers(/(gate|up)_proj/),
      // The router of experts reads the norm too, and is not rounded: no scale can move.
      makers: channels.kind === "dense" ? norm("channels") : [],
    };
    const sharedOutput = readers(/shared_expert\.down_proj/);
    const sharedGroup: InputGroup = {layer, site: "mlp.shared.hidden", readers: sharedOutput, makers: []};
    return [
      {
        layer,
        site: "attention.input",
        readers: readers(isShared ? /attn\.[qkv]|(gate|up)_proj/ : /attn\.[qkv]/),
        makers: norm("mixer"),
      },
      {
        layer,
        site: "attention.output",
        readers: readers(/attn\.o/),
        makers: mixer.heads === mixer.kvHeads ? withBias(`${prefix}.self_attn.v_proj`) : [],
      },
      ...(isShared ? [] : [networkInput]),
      {
        layer,
        site: "mlp.hidden",
        readers: readers(/mlp\.(experts\.\d+\.)?down_proj/),
        makers: channels.kind === "dense" && channels.gated ? withBias(`${prefix}.mlp.up_proj`) : [],
      },
      ...(sharedOutput.length > 0 ? [sharedGroup] : []),
    ];
  });
}
