/** The tensors of a decoder by the engine's names, with their shapes. */

import {routedExperts} from "../../architectures/parameters.js";
import type {Norm} from "../../architectures/record/norm.js";
import type {DecoderConfig, DecoderLayerPlan, DecoderNormPlace} from "./config.js";

/** Name of the embedding. */
export const EMBEDDING_NAME = "model.embed_tokens.weight";
/** Name of the last norm's gain. */
export const NORM_NAME = "model.norm.weight";
/** Name of the output head; absent where it is the embedding. */
export const HEAD_NAME = "lm_head.weight";

/** Names of a layer's norms by their place. */
export const NORM_NAMES = {
  mixer: {input: "input_layernorm", output: "attention_output_norm", sum: "attention_sum_norm"},
  channels: {input: "post_attention_layernorm", output: "mlp_output_norm", sum: "mlp_sum_norm"},
} as const satisfies Record<string, Record<DecoderNormPlace, string>>;

/** A linear layer by its name in a layer. */
export interface LinearPart {
  readonly name: string;
  readonly out: number;
  readonly inputs: number;
  /** The config asks for a bias; one that the file has besides is used too. */
  readonly bias: boolean;
  /** Share of the tokens that pass it: all, but of one expert. */
  readonly share: number;
}

/** The linear layers of a layer: six or seven, more with experts. */
export function linearParts({hiddenSize}: DecoderConfig, {mixer, channels}: DecoderLayerPlan): LinearPart[] {
  const [q, kv] = [mixer.heads * mixer.headDim, mixer.kvHeads * mixer.headDim];
  const part = (name: string, out: number, inputs: number, bias: boolean): LinearPart => ({
    name,
    out,
    inputs,
    bias,
    share: 1,
  });
  return [
    part("self_attn.q_proj", q, hiddenSize, mixer.biases.q),
    part("self_attn.k_proj", kv, hiddenSize, mixer.biases.k),
    part("self_attn.v_proj", kv, hiddenSize, mixer.biases.v),
    part("self_attn.o_proj", hiddenSize, q, mixer.biases.o),
    ...networkParts(hiddenSize, channels),
  ];
}

function networkParts(hiddenSize: number, channels: DecoderLayerPlan["channels"]): LinearPart[] {
  const network = (at: string, width: number, isGated: boolean, share = 1): LinearPart[] => {
    const {up, down} = channels.biases;
    const into = isGated ? ["gate_proj", "up_proj"] : ["up_proj"];
    return [
      ...into.map((name) => ({name: `${at}.${name}`, out: width, inputs: hiddenSize, bias: up, share})),
      {name: `${at}.down_proj`, out: hiddenSize, inputs: width, bias: down, share},
    ];
  };
  if (channels.kind === "dense") return network("mlp", channels.width, channels.gated);
  const {experts, active, width, gated, shared, router, idle} = channels;
  const routed = routedExperts(channels);
  const row = (name: string, out: number, inputs = hiddenSize) => ({
    name,
    out,
    inputs,
    bias: false,
    share: 1,
  });
  return [
    row("mlp.gate", routed),
    ...(router.residual ? [row("mlp.residual", routed, routed)] : []),
    ...(idle && idle.constant > 0 ? [row("mlp.constant_router", 2 * idle.constant)] : []),
    ...Array.from({length: experts}, (_, e) =>
      network(`mlp.experts.${e}`, width, gated, active / routed),
    ).flat(),
    ...(shared.width > 0 ? network("mlp.shared_expert", shared.width, true) : []),
    ...(shared.gate ? [row("mlp.shared_expert_gate", 1)] : []),
  ];
}

/** Learned vectors of a layer that are no linear layer: those of constant experts, [experts, hidden]. */
export function vectorParts(
  {hiddenSize}: Pick<DecoderConfig, "hiddenSize">,
  {channels}: DecoderLayerPlan,
): readonly {readonly name: string; readonly shape: readonly number[]}[] {
  const count = channels.kind === "experts" ? (channels.idle?.constant ?? 0) : 0;
  return count === 0 ? [] : [{name: "mlp.constant", shape: [count, hiddenSize]}];
}

/** A norm by its name, with the shape of its gain. */
export interface NormPart {
  readonly name: string;
  readonly norm: Norm;
  readonly shape: readonly number[];
}

/** Norms of a layer: those around its parts, and those of queries and keys. */
export function normParts(
  {hiddenSize}: DecoderConfig,
  {norm, normsAt, mixer, channels}: DecoderLayerPlan,
): readonly NormPart[] {
  const around = [
    ...(["mixer", "channels"] as const).flatMap((part) =>
      normsAt[part].map((place): NormPart => ({name: NORM_NAMES[part][place], norm, shape: [hiddenSize]})),
    ),
    ...routerNorms(channels),
  ];
  const {qkNorm, heads, kvHeads, headDim} = mixer;
  if (qkNorm === null) return around;
  const shapeOf = (count: number) =>
    qkNorm.over === "head" ? [headDim] : qkNorm.over === "all" ? [count * headDim] : [count, headDim];
  return [
    ...around,
    {name: "self_attn.q_norm", norm: qkNorm.norm, shape: shapeOf(heads)},
    {name: "self_attn.k_norm", norm: qkNorm.norm, shape: shapeOf(kvHeads)},
  ];
}

function routerNorms(channels: DecoderLayerPlan["channels"]): NormPart[] {
  if (channels.kind === "dense" || channels.router.norm === null) return [];
  const {norm} = channels.router;
  return [{name: "mlp.router_norm", norm, shape: [routedExperts(channels)]}];
}
