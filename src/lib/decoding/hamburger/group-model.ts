import {plainKvCache} from "../../engine/cache/kv-cache.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {silu} from "../../tensor/activation.js";
import type {Tensor} from "../../tensor/tensor.js";
import {trainedTensors} from "../trained-tensors.js";
import {type Embedder, groupEmbedder} from "./group-embedder.js";
import {MOST_TOKENS} from "./segmentation.js";
import {stepHooks} from "./step-hooks.js";

/** Layers of the base whose hidden states begin a group, evenly placed; the last are what the head takes. */
const FEATURES = 4;
/** A layer of the micro-step decoder. */
const MICRO_LAYER = /^layers\.(\d+)\./;

/** A token's logits [vocab], and what the head took for them, [hidden]. */
export interface Written {
  readonly logits: Float32Array;
  readonly hidden: Float32Array;
}

/** A decoder and the parts around it that let one step take a group of tokens and write the next. (HAMburger, arXiv:2505.20438) */
export interface GroupModel {
  /** Decoder that reads groups: the target's, trained further. */
  readonly base: Decoder;
  /** Tokens of a group at most. */
  readonly most: number;
  /** Layers whose output {@link GroupModel.write} takes before what the head takes. */
  readonly featureLayers: readonly number[];
  /** Input of the first layer for a group of several tokens, [hidden]. */
  readonly embed: Embedder;
  /** Chance that a group ends with a token, by what the head took for it. */
  stops(hidden: Float32Array): number;
  /**
   * Begins a group.
   * @param features of the step, [hidden] each
   * @returns a function from each written token to the logits of the next
   */
  write(features: readonly Float32Array[]): (token: number) => Written;
}

/** Layers of the features: every quarter of the decoder but the last. */
export const featureLayers = (layers: number): number[] =>
  Array.from({length: FEATURES - 1}, (_, i) => Math.floor((layers * (i + 1)) / FEATURES) - 1);

/**
 * Parts from the tensors that training/publish_hamburger.py writes.
 * @throws FormatError with kind `missing-tensor` or `bad-shape` if they are no parts of a decoder of these sizes; RangeError
 * for one of fewer than four layers, or whose width its heads do not divide.
 */
export async function groupModel(
  tensors: ReadonlyMap<string, Tensor>,
  {backend, config}: Pick<Decoder, "backend" | "config">,
): Promise<GroupModel> {
  if (config.layers < FEATURES)
    throw new RangeError(`groupModel: layers must be at least ${FEATURES}, got ${config.layers}`);
  if (config.hiddenSize % config.heads > 0)
    throw new RangeError(
      `groupModel: hiddenSize must be a multiple of ${config.heads} heads, got ${config.hiddenSize}`,
    );
  const read = trainedTensors("groupModel", tensors);
  const base = await decoderOf({config, tensors: engineNamed(tensors, "base.")}, {backend});
  const micro = await microDecoder(tensors, base);
  const linear = (name: string, outputs: number) =>
    backend.linear(
      read(`${name}.weight`, [outputs, config.hiddenSize]),
      read(`${name}.bias`, [outputs]).data,
    );
  const stop = [linear("stop.0", config.hiddenSize), linear("stop.2", config.hiddenSize)];
  const stopOut = linear("stop.4", 1);
  return {
    base,
    most: MOST_TOKENS,
    featureLayers: featureLayers(config.layers),
    embed: groupEmbedder(read, base),
    stops(hidden) {
      const mixed = stop.reduce((x, layer) => layer(x).map(silu), hidden);
      return 1 / (1 + Math.exp(-stopOut(mixed)[0]));
    },
    write: (features) => microSteps(micro, features),
  };
}

/** The small decoder as one of the engine: layers and a last norm of its own, embedding and head of the base. */
async function microDecoder(tensors: ReadonlyMap<string, Tensor>, base: Decoder): Promise<Decoder> {
  const {config, backend, embedding} = base;
  const depths = Array.from(tensors.keys(), (name) => Number(MICRO_LAYER.exec(name)?.[1] ?? -1));
  const layers = 1 + depths.reduce((most, depth) => Math.max(most, depth), 0);
  const small: DecoderConfig = {...config, layers, plans: config.plans.slice(0, layers), tied: true};
  const own = engineNamed(tensors, "");
  own.set("model.embed_tokens.weight", {
    shape: [config.vocabSize, config.embeddingWidth],
    data: embedding,
  });
  return {...(await decoderOf({config: small, tensors: own}, {backend})), head: base.head};
}

/** Tensors of a decoder, whose names begin with `prefix`, by the engine's names. */
function engineNamed(tensors: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  const named = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    const part = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    if (/^(layers|norm|embed_tokens)\./.test(part)) named.set(`model.${part}`, tensor);
    if (part === "lm_head.weight") named.set(part, tensor);
  }
  return named;
}

/** Steps of the small decoder over the features of a step, then over the tokens of the group so far. */
function microSteps(micro: Decoder, features: readonly Float32Array[]): (token: number) => Written {
  const cache = plainKvCache(micro.config);
  return (token) => {
    const before = cache.length === 0 ? features : [];
    const {hooks, features: kept} = stepHooks(before);
    const {data: logits} = forward(micro, [...before.map(() => 0), token], {cache, rows: "last", hooks});
    return {logits, hidden: kept()[0]};
  };
}

/** Parts before training, of no use and no harm: every group has one token. */
export function untrainedGroups(target: Decoder): GroupModel {
  const unused = (): never => {
    throw new RangeError("untrainedGroups: a group must have one token, got more");
  };
  return {base: target, most: 1, featureLayers: [], embed: unused, stops: () => 1, write: () => unused};
}
