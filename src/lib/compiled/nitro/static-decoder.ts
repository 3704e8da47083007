/** A decoder as a chain of pieces with fixed shapes: the embedding, groups of layers, the head. */

import type {Rope} from "../../architectures/record/rope.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {add, checkIds, embed, scaled} from "../../engine/residual-stream.js";
import {requireInteger} from "../../tensor/require.js";
import type {Tensor} from "../../tensor/tensor.js";
import {emptyKv, type StaticHeads, type StaticKv, staticAttention} from "./static-attention.js";
import {type StaticInputs, staticInputs} from "./static-inputs.js";
import {compilable, requireShape} from "./static-shape.js";

/** Options of decoding with fixed shapes. */
export interface StaticOptions {
  /** Tokens whose keys and values the cache has places for. */
  readonly compiledLength: number;
  /** Tokens of a prompt that are read at once; what is left of it is read one by one, as text is written. Default: 1. */
  readonly promptTokens?: number;
  /** Layers of one chunk; by default all are one. */
  readonly layersPerChunk?: number;
  /**
   * True: once the cache is full its oldest token falls out, and the text may be twice as long as the cache.
   * Default: a text longer than the cache is refused. (NITRO, arXiv:2412.11053, section 3)
   */
  readonly slides?: boolean;
}

/** A text that is read and written with fixed shapes. */
export interface StaticText {
  /** Tokens so far. */
  readonly length: number;
  /** Runs of the graph so far: of a piece of the prompt, and of one token. */
  readonly runs: {readonly prompt: number; readonly token: number};
  /**
   * Logits [T, vocab] of the ids that follow those of earlier calls.
   * @throws RangeError for a bad id, or if the text becomes longer than the cache allows.
   */
  read(ids: readonly number[]): Tensor;
}

/** A decoder whose every run has the same shape. */
export interface StaticDecoder {
  readonly chunks: readonly LayerChunk[];
  begin(): StaticText;
}

/** Layers `from` to `to - 1`, compiled together: the stream and their caches in, the stream and the next caches out. */
export interface LayerChunk {
  readonly from: number;
  readonly to: number;
  run(h: Float32Array, inputs: StaticInputs, held: readonly StaticKv[]): ChunkResult;
}

/** Stream after a chunk [tokens, hidden], and the caches of its layers. */
export interface ChunkResult {
  readonly h: Float32Array;
  readonly held: readonly StaticKv[];
}

const LAYOUTS = {halves: "half-split", neighbours: "interleaved"} as const;

/**
 * Cuts a decoder into chunks that run with fixed shapes.
 * @throws RangeError for sizes out of range; FormatError as {@link compilable} for a model that fixed shapes cannot run.
 */
export function staticDecoder(model: Decoder, options: StaticOptions): StaticDecoder {
  const {compiledLength, promptTokens = 1, layersPerChunk = model.layers.length} = options;
  requireShape({compiledLength, tokens: promptTokens});
  requireInteger("staticDecoder", "layersPerChunk", layersPerChunk, 1);
  const rope = compilable(model.config);
  const chunks: LayerChunk[] = [];
  for (let from = 0; from < model.layers.length; from += layersPerChunk)
    chunks.push(layerChunk(model, from, Math.min(from + layersPerChunk, model.layers.length)));
  return {chunks, begin: () => beginText(model, chunks, rope, {...options, promptTokens})};
}

function beginText(
  model: Decoder,
  chunks: readonly LayerChunk[],
  rope: Rope | null,
  {compiledLength, promptTokens, slides = false}: StaticOptions & {readonly promptTokens: number},
): StaticText {
  let held = chunks.map(({from, to}) =>
    model.config.plans.slice(from, to).map((_, i) => emptyKv(compiledLength, headsOf(model, from + i))),
  );
  let length = 0;
  const runs = {prompt: 0, token: 0};
  const run = (ids: readonly number[]): Float32Array => {
    const inputs = staticInputs({compiledLength, tokens: ids.length}, rope, length);
    let h = embeddingChunk(model, ids);
    held = held.map((layers, at) => {
      const result = chunks[at].run(h, inputs, layers);
      h = result.h;
      return [...result.held];
    });
    length += ids.length;
    runs[ids.length === 1 ? "token" : "prompt"] += 1;
    return headChunk(model, h);
  };
  return {
    get length() {
      return length;
    },
    runs,
    read(ids) {
      const {vocabSize} = model.config;
      checkIds(ids, vocabSize);
      requireRoom(length + ids.length, compiledLength, slides);
      const logits = new Float32Array(ids.length * vocabSize);
      for (const [from, to] of pieces(ids.length, promptTokens, compiledLength - length))
        logits.set(run(ids.slice(from, to)), from * vocabSize);
      return {shape: [ids.length, vocabSize], data: logits};
    },
  };
}

/** @throws RangeError if a text is longer than its cache allows. */
function requireRoom(tokens: number, compiledLength: number, slides: boolean): void {
  const most = slides ? 2 * compiledLength : compiledLength;
  if (tokens <= most) return;
  const allowed = slides
    ? `twice the compiled length ${compiledLength}`
    : `the compiled length ${compiledLength}`;
  throw new RangeError(`staticDecoder: a text must have at most ${allowed} of tokens, got ${tokens}`);
}

/** Whole pieces while they fit an unfilled cache, then single tokens: in a full one a piece would push out what its first token still sees. */
function pieces(tokens: number, size: number, room: number): [from: number, to: number][] {
  const whole = Math.floor(Math.min(tokens, Math.max(0, room)) / size);
  const rest = tokens - whole * size;
  return [
    ...Array.from({length: whole}, (_, i): [number, number] => [i * size, (i + 1) * size]),
    ...Array.from({length: rest}, (_, i): [number, number] => [whole * size + i, whole * size + i + 1]),
  ];
}

function embeddingChunk({embedding, config}: Decoder, ids: readonly number[]): Float32Array {
  return scaled(embed(embedding, config.embeddingWidth, ids), config.embeddingScale);
}

function headChunk({norm, head, config}: Decoder, h: Float32Array): Float32Array {
  const {logitScale, logitSoftcap: cap} = config;
  const logits = scaled(head(norm?.(h) ?? h), logitScale);
  return cap === null ? logits : logits.map((value) => cap * Math.tanh(value / cap));
}

function headsOf({config}: Decoder, layer: number): StaticHeads {
  const {heads, kvHeads, headDim, scale, softcap, rope} = config.plans[layer].mixer;
  return {heads, kvHeads, headDim, scale, softcap, layout: LAYOUTS[rope?.pairs ?? "halves"]};
}

function layerChunk(model: Decoder, from: number, to: number): LayerChunk {
  return {
    from,
    to,
    run(h, inputs, held) {
      let stream = h;
      const next = held.map((kv, i) => {
        const result = runLayer(model, from + i, inputs, kv, stream);
        stream = result.h;
        return result.kv;
      });
      return {h: stream, held: next};
    },
  };
}

/** One layer: attention over the fixed cache, then the network, each with its norms. */
function runLayer(model: Decoder, index: number, inputs: StaticInputs, held: StaticKv, h: Float32Array) {
  const layer = model.layers[index];
  const {attentionNorms, mlpNorms, network} = layer;
  const {mixer, residualScale} = model.config.plans[index];
  const added = (norms: typeof mlpNorms, stream: Float32Array, given: Float32Array) => {
    const sum = add(stream, scaled(norms.output?.(given) ?? given, residualScale));
    return norms.sum?.(sum) ?? sum;
  };
  const own = {...inputs, rotary: mixer.rope === null ? null : inputs.rotary};
  const {y, kv} = staticAttention(layer, headsOf(model, index), own, held, attentionNorms.input?.(h) ?? h);
  const mixed = added(attentionNorms, h, y);
  const update = network(mlpNorms.input?.(mixed) ?? mixed, (_, x) => x, {entering: h, scores: null});
  return {h: added(mlpNorms, mixed, update), kv};
}
