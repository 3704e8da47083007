import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import {requireInteger} from "../../tensor/require.js";
import {compilable, requireShape, type StaticShape} from "../nitro/static-shape.js";
import {type DecoderPart, decoderGraph} from "./decoder-graph.js";
import {type OnnxGraph, type OnnxValue, onnxFile} from "./onnx-model.js";

/** Sizes that are fixed in the files, and how the model is cut. */
export interface OnnxOptions extends StaticShape {
  /** Layers of one file; then the embedding and the head are files of their own. By default the model is one file. */
  readonly layersPerChunk?: number;
}

/** One file, and what it takes and gives. */
export interface OnnxPart {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/**
 * Writes a decoder as ONNX files of fixed shapes (operator set 17, float32), to be run one after the other. Inputs: `ids` [tokens] as int32, `mask`
 * [tokens, compiledLength], `cos` and `sin` [tokens, pairs], and of each layer `past_keys.N` and `past_values.N` [compiledLength, kvHeads,
 * headDim]; outputs: `logits` [tokens, vocab], and of each layer `keys.N` and `values.N`, which are the next run's past. Between files goes
 * the stream [tokens, hidden]. (NITRO, arXiv:2412.11053, section 3)
 * @throws RangeError for sizes out of range; FormatError as {@link compilable} for a model that fixed shapes cannot run.
 */
export const exportDecoder = (weights: DecoderWeights, options: OnnxOptions): OnnxPart[] =>
  decoderGraphs(weights, options).map((graph) => {
    const {name, inputs, outputs} = graph;
    return {name, bytes: onnxFile(graph), inputs, outputs};
  });

/** The graphs of these files, for a runtime that takes no files. @throws as {@link exportDecoder}. */
export function decoderGraphs(weights: DecoderWeights, {layersPerChunk, ...shape}: OnnxOptions): OnnxGraph[] {
  requireShape(shape);
  const rope = compilable(weights.config);
  return partsOf(weights.config.plans.length, layersPerChunk).map((part) =>
    decoderGraph(weights, shape, part, rope),
  );
}

function partsOf(layers: number, layersPerChunk: number | undefined): DecoderPart[] {
  if (layersPerChunk === undefined)
    return [{name: "decoder", embedding: true, from: 0, to: layers, head: true}];
  requireInteger("exportDecoder", "layersPerChunk", layersPerChunk, 1);
  const chunks = Array.from({length: Math.ceil(layers / layersPerChunk)}, (_, i) => {
    const [from, to] = [i * layersPerChunk, Math.min((i + 1) * layersPerChunk, layers)];
    return {name: `layers-${from}-to-${to - 1}`, embedding: false, from, to, head: false};
  });
  return [
    {name: "embedding", embedding: true, from: 0, to: 0, head: false},
    ...chunks,
    {name: "head", embedding: false, from: layers, to: layers, head: true},
  ];
}
