import {routedExperts} from "../../architectures/parameters.js";
import type {Norm} from "../../architectures/record/norm.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type Backend, type Linear, type PackedActivations, referenceBackend} from "../backend.js";
import {normFunction, type RowFunction} from "../norm.js";
import {type MaybePacked, packedProducts, plannedBytes} from "../packed/packed-products.js";
import {checkFits, planReader, unusedNames} from "../tensor-plan.js";
import type {DecoderConfig, DecoderLayerPlan, DecoderNormPlace} from "./config.js";
import {type ExpertParts, expertNetwork} from "./expert-network.js";
import {EMBEDDING_NAME, NORM_NAMES} from "./layer-parts.js";
import {type ChannelNetwork, denseNetwork} from "./network.js";
import {type PlannedDecoder, planDecoder} from "./plan-decoder.js";

/** A decoder, ready to run. */
export interface Decoder {
  readonly config: DecoderConfig;
  readonly backend: Backend;
  /** [vocab, width] */
  readonly embedding: Float32Array;
  /** Learned positions, [rows, hidden]; null: none. */
  readonly positions: Float32Array | null;
  /** From the embedding's width to that of the stream, and back; null where they are the same. */
  readonly projectIn: Linear | null;
  readonly projectOut: Linear | null;
  readonly layers: readonly DecoderLayer[];
  /** The last norm; null: none. */
  readonly norm: RowFunction | null;
  readonly head: Linear;
  /** Names of tensors in the file that no part of the model takes. */
  readonly unused: readonly string[];
}

/** Norms around a part of a layer: before it, on what it gives, on the sum with what went around it. */
export type NormsAround = Readonly<Partial<Record<DecoderNormPlace, RowFunction>>>;

/** One layer: norms, and six or seven projections. */
export interface DecoderLayer {
  readonly attentionNorms: NormsAround;
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly o: Linear;
  /** Norms of queries and keys before rotary; null: none. */
  readonly qNorm: RowFunction | null;
  readonly kNorm: RowFunction | null;
  readonly mlpNorms: NormsAround;
  readonly network: ChannelNetwork;
}

/** Plug points for the weights, and what they may cost. */
export interface LoadOptions {
  readonly backend?: Backend;
  /**
   * Gets every tensor by the engine's name, which is that of a published Llama checkpoint, as it is loaded and gives the one
   * to use, of the same shape.
   */
  readonly transform?: (name: string, weight: Tensor) => Tensor;
  /**
   * Makes a linear layer: the place for weights that stay packed. `name` is that of the weight tensor, without
   * `.weight`; the head has the name `lm_head` even where it shares the embedding's matrix.
   */
  readonly linear?: (name: string, weight: Tensor, bias: Float32Array | null) => Linear;
  /**
   * Keeps matrices that the checkpoint's files hold as blocks, or as codes under scales, as they are there, with activations in
   * float32 or rounded to 8 bits; those that the backend's kernels do not take are unpacked, and so is the table that tokens are
   * looked up in. Default: all are unpacked. It has no part in what `transform` or `linear` rewrite.
   */
  readonly packed?: PackedActivations;
  /** Bytes that the weights may take: as float32, or packed where they stay so. */
  readonly maxBytes?: number;
  /** Tokens of the texts to come: {@link DecoderConfig.textTokens}. */
  readonly textTokens?: number;
}

/** As much as one WebAssembly memory holds. */
export const DEFAULT_MAX_BYTES = 2 ** 32;
const HEAD = "lm_head";

/**
 * Loads a decoder from a checkpoint with the published names of its family. All shapes are checked before the first
 * tensor is read. A bias is used where the file has one and required where the config demands it.
 * @throws FormatError with kind `missing-tensor` or `bad-shape` naming the tensor, or `does-not-fit`.
 */
export async function loadDecoder(
  checkpoint: MaybePacked,
  config: DecoderConfig,
  options: LoadOptions = {},
): Promise<Decoder> {
  return loadPlanned(checkpoint, planDecoder(checkpoint.tensors, config), options);
}

/** Loads a decoder whose tensors have been found. @throws FormatError as {@link loadDecoder}. */
export async function loadPlanned(
  checkpoint: MaybePacked,
  {config, plan, isLeftover}: PlannedDecoder,
  options: LoadOptions = {},
): Promise<Decoder> {
  const {backend = referenceBackend, maxBytes = DEFAULT_MAX_BYTES} = options;
  checkFits("loadDecoder", plannedBytes(checkpoint, plan, options, config.tied), maxBytes);
  const read = planReader(checkpoint, plan, options.transform);
  const optional = async (name: string) => (plan.has(name) ? (await read(name)).data : null);
  const makeLinear = options.linear ?? ((_, weight, bias) => backend.linear(weight, bias));
  const packed = await packedProducts(checkpoint, plan, options);
  const linear = async (name: string): Promise<Linear> => {
    const bias = await optional(`${name}.bias`);
    const product = await packed(`${name}.weight`, bias);
    return product ?? makeLinear(name, await read(`${name}.weight`), bias);
  };
  const tiedHead = async (embedding: Tensor): Promise<Linear> => {
    const bias = await optional(`${HEAD}.bias`);
    return (await packed(EMBEDDING_NAME, bias)) ?? makeLinear(HEAD, embedding, bias);
  };
  const norm = async (name: string, rule: Norm, n: number): Promise<RowFunction> => {
    const weights = {gain: await optional(`${name}.weight`), bias: await optional(`${name}.bias`)};
    return normFunction(rule, n, weights, backend);
  };
  const parts: Parts = {
    backend,
    optional,
    linear,
    norm,
    optionalLinear: async (name) => (plan.has(`${name}.weight`) ? linear(name) : null),
  };
  const embedding = await read(EMBEDDING_NAME);
  const layers: DecoderLayer[] = [];
  for (const [layer, layerPlan] of config.plans.entries())
    layers.push(await loadLayer(`model.layers.${layer}`, layerPlan, config, parts));
  const {textTokens = config.textTokens} = options;
  return {
    config: {...config, ...(textTokens !== undefined && {textTokens})},
    backend,
    embedding: embedding.data,
    positions: await optional("model.embed_positions.weight"),
    projectIn: await parts.optionalLinear("model.project_in"),
    projectOut: await parts.optionalLinear("model.project_out"),
    layers,
    norm: config.finalNorm && (await norm("model.norm", config.finalNorm, config.hiddenSize)),
    head: config.tied ? await tiedHead(embedding) : await linear(HEAD),
    unused: unusedNames(checkpoint.tensors, plan, isLeftover),
  };
}

/** Makes parts of a model by their names. */
interface Parts {
  readonly backend: Backend;
  linear(name: string): Promise<Linear>;
  /** Numbers of a tensor; null where the model has no such part. */
  optional(name: string): Promise<Float32Array | null>;
  /** null where the model has no such part. */
  optionalLinear(name: string): Promise<Linear | null>;
  norm(name: string, rule: Norm, n: number): Promise<RowFunction>;
}

async function loadNetwork(
  prefix: string,
  channels: DecoderLayerPlan["channels"],
  hiddenSize: number,
  parts: Parts,
): Promise<ChannelNetwork> {
  const dense = async (at: string, site: "mlp" | "mlp.shared" = "mlp") => {
    const matrices = {
      gate: await parts.optionalLinear(`${at}.gate_proj`),
      up: await parts.linear(`${at}.up_proj`),
      down: await parts.linear(`${at}.down_proj`),
    };
    return denseNetwork(channels, matrices, {hiddenSize, backend: parts.backend, at: site});
  };
  if (channels.kind === "dense") return dense(prefix);
  const {norm} = channels.router;
  const experts: ChannelNetwork[] = [];
  for (let e = 0; e < channels.experts; e++) experts.push(await dense(`${prefix}.experts.${e}`));
  const mixes = await parts.optionalLinear(`${prefix}.constant_router`);
  const vectors = await parts.optional(`${prefix}.constant`);
  const expertParts: ExpertParts = {
    router: await parts.linear(`${prefix}.gate`),
    residual: await parts.optionalLinear(`${prefix}.residual`),
    routerNorm: norm && (await parts.norm(`${prefix}.router_norm`, norm, routedExperts(channels))),
    experts,
    constant: mixes && vectors && {router: mixes, vectors},
    shared: channels.shared.width > 0 ? await dense(`${prefix}.shared_expert`, "mlp.shared") : null,
    sharedGate: await parts.optionalLinear(`${prefix}.shared_expert_gate`),
  };
  return expertNetwork(channels, expertParts, hiddenSize);
}

async function loadLayer(
  prefix: string,
  {mixer, channels, norm, normsAt}: DecoderLayerPlan,
  {hiddenSize}: DecoderConfig,
  parts: Parts,
): Promise<DecoderLayer> {
  const around = async (part: keyof typeof NORM_NAMES): Promise<NormsAround> => {
    const norms: Partial<Record<DecoderNormPlace, RowFunction>> = {};
    for (const place of normsAt[part]) {
      norms[place] = await parts.norm(`${prefix}.${NORM_NAMES[part][place]}`, norm, hiddenSize);
    }
    return norms;
  };
  const {qkNorm, heads, kvHeads, headDim} = mixer;
  const qk = async (name: string, count: number) =>
    qkNorm &&
    parts.norm(`${prefix}.self_attn.${name}`, qkNorm.norm, qkNorm.over === "all" ? count * headDim : headDim);
  return {
    attentionNorms: await around("mixer"),
    q: await parts.linear(`${prefix}.self_attn.q_proj`),
    k: await parts.linear(`${prefix}.self_attn.k_proj`),
    v: await parts.linear(`${prefix}.self_attn.v_proj`),
    o: await parts.linear(`${prefix}.self_attn.o_proj`),
    qNorm: await qk("q_norm", heads),
    kNorm: await qk("k_norm", kvHeads),
    mlpNorms: await around("channels"),
    network: await loadNetwork(`${prefix}.mlp`, channels, hiddenSize, parts),
  };
}
