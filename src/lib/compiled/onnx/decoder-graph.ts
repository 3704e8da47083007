/** A decoder, or a chunk of it, as an ONNX graph of fixed shapes. */

import type {Rope} from "../../architectures/record/rope.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import {EMBEDDING_NAME, NORM_NAMES} from "../../engine/decoder/layer-parts.js";
import type {StaticShape} from "../nitro/static-shape.js";
import {type GraphBuilder, graphBuilder} from "./graph-builder.js";
import type {OnnxGraph, OnnxValue} from "./onnx-model.js";
import {
  activated,
  capped,
  normed,
  product,
  type RotaryEnds,
  rotaryEnds,
  rotatedHeads,
  times,
} from "./operators.js";

/** Part of a decoder that is compiled by itself. */
export interface DecoderPart {
  readonly name: string;
  /** Takes ids and looks them up; else it takes the stream. */
  readonly embedding: boolean;
  readonly from: number;
  /** One past the last layer. */
  readonly to: number;
  /** Gives logits; else it gives the stream. */
  readonly head: boolean;
}

/** All that the graph of a part is made of. */
interface Making {
  readonly g: GraphBuilder;
  readonly weights: DecoderWeights;
  readonly shape: StaticShape;
  readonly rotary: (RotaryEnds & {readonly rope: Rope}) | null;
}

/** Names of the ends of a layer's cache: before a run and after it. */
const cacheNames = (layer: number) => ({
  before: {keys: `past_keys.${layer}`, values: `past_values.${layer}`},
  after: {keys: `keys.${layer}`, values: `values.${layer}`},
});

/** The graph of one part for a model that fixed shapes can run, all of whose rotated layers share `rope`. */
export function decoderGraph(
  weights: DecoderWeights,
  shape: StaticShape,
  part: DecoderPart,
  rope: Rope | null,
): OnnxGraph {
  const g = graphBuilder();
  const {plans} = weights.config;
  const own = plans.slice(part.from, part.to);
  const isRotated = rope !== null && own.some(({mixer}) => mixer.rope !== null);
  const rotary = isRotated ? {...rotaryEnds(g, rope, shape.tokens), rope} : null;
  const making = {g, weights, shape, rotary};
  let h = part.embedding ? embedded(making) : "stream";
  for (let layer = part.from; layer < part.to; layer++) h = layerOf(making, layer, h);
  g.output(part.head ? "logits" : "next_stream", part.head ? headOf(making, h) : h);
  const ends = valuesOf(weights, shape, part, rotary?.rope ?? null);
  return {name: part.name, ...ends, nodes: g.nodes, constants: [...g.constants.values()]};
}

/** Inputs and outputs of a part. */
function valuesOf(
  {config}: DecoderWeights,
  {tokens, compiledLength}: StaticShape,
  {embedding, from, to, head}: DecoderPart,
  rope: Rope | null,
): Pick<OnnxGraph, "inputs" | "outputs"> {
  const floats = (name: string, ...shape: number[]): OnnxValue => ({name, type: "float32", shape});
  const layers = Array.from({length: to - from}, (_, i) => from + i);
  const caches = (side: "before" | "after") =>
    layers.flatMap((layer) => {
      const {kvHeads, headDim} = config.plans[layer].mixer;
      const {keys, values} = cacheNames(layer)[side];
      return [keys, values].map((name) => floats(name, compiledLength, kvHeads, headDim));
    });
  const rotations = rope ? ["cos", "sin"].map((name) => floats(name, tokens, rope.dim / 2)) : [];
  const first: OnnxValue = embedding
    ? {name: "ids", type: "int32", shape: [tokens]}
    : floats("stream", tokens, config.hiddenSize);
  const mask = to > from ? [floats("mask", tokens, compiledLength)] : [];
  return {
    inputs: [first, ...mask, ...rotations, ...caches("before")],
    outputs: [
      head ? floats("logits", tokens, config.vocabSize) : floats("next_stream", tokens, config.hiddenSize),
      ...caches("after"),
    ],
  };
}

function embedded({g, weights: {config, tensors}}: Making): string {
  const table = g.weight(EMBEDDING_NAME, tensors.get(EMBEDDING_NAME)!);
  return times(g, config.embeddingScale, g.op("Gather", [table, "ids"], {axis: 0}));
}

function headOf({g, weights: {config, tensors}, shape: {tokens}}: Making, h: string): string {
  const {finalNorm, hiddenSize, tied, logitScale, logitSoftcap} = config;
  const x = finalNorm === null ? h : normed(g, tensors, finalNorm, "model.norm", h, [tokens, hiddenSize]);
  const bias = tensors.get("lm_head.bias");
  const logits = product(g, headTensors(tensors, tied, bias), "lm_head", x);
  return capped(g, logitSoftcap, times(g, logitScale, logits));
}

/** The head's matrix under its own name, also where it is the embedding's. */
function headTensors(
  tensors: DecoderWeights["tensors"],
  tied: boolean,
  bias: ReturnType<DecoderWeights["tensors"]["get"]>,
): DecoderWeights["tensors"] {
  const weight = tensors.get(tied ? EMBEDDING_NAME : "lm_head.weight")!;
  return new Map([["lm_head.weight", weight], ...(bias ? ([["lm_head.bias", bias]] as const) : [])]);
}

/** One layer: attention and network, each added to the stream with its norms. */
function layerOf(making: Making, layer: number, h: string): string {
  const mixed = around(making, layer, "mixer", h, (x) => attention(making, layer, x));
  return around(making, layer, "channels", mixed, (x) => network(making, layer, x));
}

/** The stream and what a part of a layer adds to it. */
function around(
  {g, weights: {config, tensors}, shape: {tokens}}: Making,
  layer: number,
  part: "mixer" | "channels",
  h: string,
  run: (x: string) => string,
): string {
  const {norm, normsAt, residualScale} = config.plans[layer];
  const at = (place: keyof typeof NORM_NAMES.mixer, x: string) =>
    normsAt[part].includes(place)
      ? normed(g, tensors, norm, `model.layers.${layer}.${NORM_NAMES[part][place]}`, x, [
          tokens,
          config.hiddenSize,
        ])
      : x;
  const given = times(g, residualScale, at("output", run(at("input", h))));
  return at("sum", g.op("Add", [h, given]));
}

function network({g, weights: {config, tensors}}: Making, layer: number, x: string): string {
  const {channels} = config.plans[layer];
  const name = (part: string) => `model.layers.${layer}.mlp.${part}_proj`;
  const up = product(g, tensors, name("up"), x);
  const hidden = tensors.has(`${name("gate")}.weight`)
    ? g.op("Mul", [activated(g, channels.activation, product(g, tensors, name("gate"), x)), up])
    : activated(g, channels.activation, up);
  return product(g, tensors, name("down"), hidden);
}

/** Attention over the shifted cache: all places are multiplied, and the mask hides those that hold nothing. */
function attention(making: Making, layer: number, x: string): string {
  const {g, weights, shape} = making;
  const {heads, kvHeads, headDim, scale, softcap} = weights.config.plans[layer].mixer;
  const [T, L, group] = [shape.tokens, shape.compiledLength, heads / kvHeads];
  const name = (part: string) => `model.layers.${layer}.self_attn.${part}`;
  const project = (part: string) => product(g, weights.tensors, name(`${part}_proj`), x);
  const q = rotated(making, layer, "q", project("q"));
  const names = cacheNames(layer);
  const cached = (side: "keys" | "values", added: string) => {
    const all = shiftedRows(g, names.before[side], added, shape);
    g.output(names.after[side], all);
    return all;
  };
  const keys = cached("keys", rotated(making, layer, "k", project("k")));
  const values = cached("values", g.reshape(project("v"), [T, kvHeads, headDim]));
  // Query heads that read the same key head are rows of one product.
  const grouped = g.transpose(g.reshape(q, [T, kvHeads, group, headDim]), [1, 2, 0, 3]);
  const rows = g.reshape(grouped, [kvHeads, group * T, headDim]);
  const scores = times(g, scale, g.op("MatMul", [rows, g.transpose(keys, [1, 2, 0])]));
  const masked = g.op("Add", [g.reshape(capped(g, softcap, scores), [heads, T, L]), "mask"]);
  const p = g.reshape(g.op("Softmax", [masked], {axis: 2}), [kvHeads, group * T, L]);
  const mixed = g.reshape(g.op("MatMul", [p, g.transpose(values, [1, 0, 2])]), [kvHeads, group, T, headDim]);
  const joined = g.reshape(g.transpose(mixed, [2, 0, 1, 3]), [T, heads * headDim]);
  return product(g, weights.tensors, name("o_proj"), joined);
}

/** Queries or keys as heads [tokens, count, headDim], after their norms and rotary. */
function rotated(
  {g, weights, shape: {tokens}, rotary}: Making,
  layer: number,
  side: "q" | "k",
  x: string,
): string {
  const {heads, kvHeads, headDim, qkNorm, rope} = weights.config.plans[layer].mixer;
  const count = side === "q" ? heads : kvHeads;
  const shape = [tokens, count, headDim] as const;
  const name = `model.layers.${layer}.self_attn.${side}_norm`;
  const norm = (over: boolean, y: string, sizes: readonly number[]) =>
    qkNorm && over ? normed(g, weights.tensors, qkNorm.norm, name, y, sizes) : y;
  const overAll = norm(qkNorm?.over === "all", x, [tokens, count * headDim]);
  const split = norm(qkNorm?.over !== "all", g.reshape(overAll, shape), shape);
  return rope && rotary ? rotatedHeads(g, rope, rotary, split, shape) : split;
}

/** The cache without its oldest rows and with the new ones at its end. */
function shiftedRows(
  g: GraphBuilder,
  held: string,
  added: string,
  {tokens, compiledLength}: StaticShape,
): string {
  return tokens === compiledLength ? added : g.concat([g.rows(held, tokens, compiledLength), added], 0);
}
