/** The tensors of a decoder by the engine's names, and where a published checkpoint holds each. */

import type {Norm} from "../../architectures/model-record.js";
import type {TensorInfo} from "../../io/safetensors.js";
import type {Tensor} from "../../tensor/tensor.js";
import {transpose} from "../../tensor/transpose.js";
import {type StoredAs, type TensorPlan, tensorPlanner} from "../tensor-plan.js";
import type {DecoderConfig, DecoderLayerPlan, DecoderNormPlace} from "./config.js";
import {type Fused, type Naming, namingOf, type OutsidePart} from "./naming.js";

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
  const {experts, active, width, shared} = channels;
  const row = (name: string, out: number) => ({name, out, inputs: hiddenSize, bias: false, share: 1});
  return [
    row("mlp.gate", experts),
    ...Array.from({length: experts}, (_, e) =>
      network(`mlp.experts.${e}`, width, true, active / experts),
    ).flat(),
    ...(shared.width > 0 ? network("mlp.shared_expert", shared.width, true) : []),
    ...(shared.gate ? [row("mlp.shared_expert_gate", 1)] : []),
  ];
}

/**
 * A decoder's plan, and its config as the tensors by the engine's names have it: a head in the file wins over the flag that
 * ties it, and gains are what multiplies.
 */
export interface PlannedDecoder {
  readonly config: DecoderConfig;
  readonly plan: TensorPlan;
  isLeftover(name: string): boolean;
}

/**
 * Finds every tensor that `config` requires.
 * @param naming of the checkpoint, by default that of the config's family
 * @throws FormatError with kind `missing-tensor` or `bad-shape`.
 */
export function planDecoder(
  tensors: ReadonlyMap<string, TensorInfo>,
  config: DecoderConfig,
  naming: Naming = namingOf(config.family),
): PlannedDecoder {
  const {plan, want} = tensorPlanner("loadDecoder", tensors);
  const {vocabSize, hiddenSize, embeddingWidth, positionTable, finalNorm} = config;
  const prefix = prefixOf(tensors, naming);
  const outside = (part: OutsidePart, kind: "weight" | "bias") => `${prefix}${naming.outside[part]}.${kind}`;
  const head = naming.heads.find((name) => tensors.has(`${name}.weight`)) ?? naming.heads[0];
  const embedding = outside("embed_tokens", "weight");
  const hasHead = tensors.has(`${head}.weight`);
  // A tied matrix may be stored under the name of the head alone.
  const onlyHead = config.tied && hasHead && !tensors.has(embedding);
  const tied = config.tied && (onlyHead || !hasHead);
  want(EMBEDDING_NAME, [vocabSize, embeddingWidth], {name: onlyHead ? `${head}.weight` : embedding});
  if (!tied) want(HEAD_NAME, [vocabSize, embeddingWidth], {name: `${head}.weight`});
  if (config.headBias || (!tied && tensors.has(`${head}.bias`)))
    want("lm_head.bias", [vocabSize], {name: `${head}.bias`});
  if (positionTable) {
    const shape = [positionTable.rows, hiddenSize];
    want("model.embed_positions.weight", shape, {name: outside("embed_positions", "weight")});
  }
  if (embeddingWidth !== hiddenSize) {
    want("model.project_in.weight", [hiddenSize, embeddingWidth], {name: outside("project_in", "weight")});
    want("model.project_out.weight", [embeddingWidth, hiddenSize], {name: outside("project_out", "weight")});
  }
  const wantNorm = (name: string, stored: string, norm: Norm, shape: readonly number[]) => {
    if (norm.weight !== "none") want(`${name}.weight`, shape, gainOf(`${stored}.weight`, norm));
    if (norm.bias) want(`${name}.bias`, shape, {name: `${stored}.bias`});
  };
  if (finalNorm) wantNorm("model.norm", prefix + naming.outside.norm, finalNorm, [hiddenSize]);
  config.plans.forEach((layerPlan, layer) => {
    const [own, published] = [`model.layers.${layer}.`, `${prefix}${naming.layers}${layer}.`];
    const stored = (part: string) => published + publishedPart(naming, part);
    for (const {name, norm, shape} of normParts(config, layerPlan))
      wantNorm(own + name, stored(name), norm, shape);
    const parts = linearParts(config, layerPlan);
    for (const part of parts) {
      const place = linearPlace(naming, part, parts, layerPlan.mixer.headDim);
      const name = published + place.name;
      want(`${own}${part.name}.weight`, [part.out, part.inputs], place.weight(name));
      if (part.bias || tensors.has(`${name}.bias`))
        want(`${own}${part.name}.bias`, [part.out], place.bias(name));
    }
  });
  return {
    config: {...withAppliedGains(config), tied},
    plan,
    isLeftover: (name) => naming.leftovers.test(name),
  };
}

/** The config of weights whose gains have had their one added. */
function withAppliedGains(config: DecoderConfig): DecoderConfig {
  const applied = (norm: Norm): Norm => (norm.weight === "plus-one" ? {...norm, weight: "plain"} : norm);
  return {
    ...config,
    finalNorm: config.finalNorm && applied(config.finalNorm),
    plans: config.plans.map((plan) => {
      const {qkNorm} = plan.mixer;
      const mixer = {...plan.mixer, qkNorm: qkNorm && {...qkNorm, norm: applied(qkNorm.norm)}};
      return {...plan, mixer, norm: applied(plan.norm)};
    }),
  };
}

/** The beginning of the names under which the file has layers. */
function prefixOf(tensors: ReadonlyMap<string, TensorInfo>, {prefixes, layers}: Naming): string {
  const names = Array.from(tensors.keys());
  return prefixes.find((prefix) => names.some((name) => name.startsWith(prefix + layers))) ?? prefixes[0];
}

/** Norms of a layer by their names, with the shapes of their gains. */
function normParts({hiddenSize}: DecoderConfig, {norm, normsAt, mixer}: DecoderLayerPlan) {
  const around = (["mixer", "channels"] as const).flatMap((part) =>
    normsAt[part].map((place) => ({name: NORM_NAMES[part][place] as string, norm, shape: [hiddenSize]})),
  );
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

/** A gain that the file may hold less one. */
function gainOf(name: string, {weight}: Norm): StoredAs {
  if (weight !== "plus-one") return {name};
  return {name, take: ({shape, data}) => ({shape, data: data.map((value) => 1 + value)})};
}

/** Published name of a part of a layer; a star stands for the number of an expert. */
function publishedPart({parts}: Naming, part: string): string {
  const number = /\.(\d+)\./.exec(part)?.[1];
  if (number === undefined) return parts[part] ?? part;
  return parts[part.replace(number, "*")]?.replace("*", number) ?? part;
}

/** Place of a linear layer's weight and bias in a published layer: alone, or among the rows of others. */
function linearPlace(naming: Naming, part: LinearPart, all: readonly LinearPart[], headDim: number) {
  const {fused, isTransposed} = naming;
  const found = Object.entries(fused).find(([, matrix]) => matrix.parts.includes(part.name));
  const {ranges, total} = found ? rowsOf(found[1], part, all, headDim) : {ranges: undefined, total: part.out};
  const weight = (stored: Tensor): Tensor => {
    const matrix = isTransposed ? transposed(stored) : stored;
    return ranges ? rows(matrix, ranges) : matrix;
  };
  const shape = isTransposed ? [part.inputs, total] : [total, part.inputs];
  return {
    name: found?.[0] ?? publishedPart(naming, part.name),
    weight: (name: string): StoredAs => ({
      name: `${name}.weight`,
      shape,
      ...((ranges || isTransposed) && {take: weight}),
    }),
    bias: (name: string): StoredAs => ({
      name: `${name}.bias`,
      shape: [total],
      ...(ranges && {take: (stored: Tensor) => rows(stored, ranges)}),
    }),
  };
}

/** First row and number of rows. */
type Range = readonly [from: number, count: number];

/** Rows that a part has in a matrix of several. */
function rowsOf(matrix: Fused, part: LinearPart, all: readonly LinearPart[], headDim: number) {
  const outs = matrix.parts.map((name) => all.find((each) => each.name === name)!.out);
  const total = outs.reduce((sum, out) => sum + out, 0);
  const index = matrix.parts.indexOf(part.name);
  if (matrix.order === "one after another") {
    const from = outs.slice(0, index).reduce((sum, out) => sum + out, 0);
    return {total, ranges: [[from, part.out]] as Range[]};
  }
  const ranges = Array.from(
    {length: part.out / headDim},
    (_, head): Range => [(head * outs.length + index) * headDim, headDim],
  );
  return {total, ranges};
}

/** Some rows of a matrix, or entries of a vector, one after another. */
function rows({shape, data}: Tensor, ranges: readonly Range[]): Tensor {
  const width = data.length / shape[0];
  const count = ranges.reduce((sum, [, each]) => sum + each, 0);
  const taken = new Float32Array(count * width);
  let at = 0;
  for (const [from, each] of ranges) {
    taken.set(data.subarray(from * width, (from + each) * width), at);
    at += each * width;
  }
  return {shape: [count, ...shape.slice(1)], data: taken};
}

function transposed({shape, data}: Tensor): Tensor {
  const [height, width] = shape;
  return {shape: [width, height], data: transpose(data, height, width)};
}
