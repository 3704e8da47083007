/** Cost of decoding with weights on the other side of a slow link. (SubSpec, arXiv:2509.18344, sections 3 and 4) */

import {requireInteger} from "../../tensor/require.js";
import {expectedTokens} from "../speculative/expected-tokens.js";

/** Sizes of a decoder that decide about the bytes of its layers. */
export interface LayerSizes {
  readonly layers: number;
  readonly hiddenSize: number;
  /** Width of the keys, and of the values: kvHeads · headDim. */
  readonly kvWidth: number;
  /** Width of a gated network with three matrices. */
  readonly intermediateSize: number;
}

/** Weights of the seven matrices of a layer: q and o, k and v, gate, up and down. */
export function layerWeights({hiddenSize: h, kvWidth, intermediateSize}: LayerSizes): number {
  return 2 * h * h + 2 * h * kvWidth + 3 * h * intermediateSize;
}

/** Bytes of all layers' matrices in a format of `bits` per weight, scales included. */
export function layersBytes(sizes: LayerSizes, bits: number): number {
  return (sizes.layers * layerWeights(sizes) * bits) / 8;
}

/** Seconds to copy `bytes` over a link of `bytesPerSecond`. */
export function transferSeconds(bytes: number, bytesPerSecond: number): number {
  return bytes / bytesPerSecond;
}

/** Times of one round: `depth` passes of the draft, then one pass of the target. */
export interface SpeculationTimes {
  readonly draftSeconds: number;
  readonly verifySeconds: number;
}

/** Seconds of a token if a round emits `tokens` on average. */
export function secondsPerToken(
  depth: number,
  tokens: number,
  {draftSeconds, verifySeconds}: SpeculationTimes,
): number {
  return (depth * draftSeconds + verifySeconds) / tokens;
}

/**
 * Tokens of a round and seconds of a token for a draft of `depth` whose tokens are accepted with chance `alpha`,
 * independently.
 * @throws RangeError for alpha or depth out of range.
 */
export function chainRound(
  alpha: number,
  depth: number,
  times: SpeculationTimes,
): {readonly tokens: number; readonly secondsPerToken: number} {
  const tokens = expectedTokens(alpha, depth);
  return {tokens, secondsPerToken: secondsPerToken(depth, tokens, times)};
}

/**
 * Layers that stay on the near side: as many as fit beside what must be there.
 * @param memoryBytes of the near side
 * @param fixedBytes of embedding, head, substitutes, cache and buffers, which are there in any case
 * @returns none if the fixed part alone does not fit, at most all
 */
export function residentLayers(sizes: LayerSizes, memoryBytes: number, fixedBytes: number): number {
  const layerBytes = layersBytes({...sizes, layers: 1}, 16);
  return Math.min(sizes.layers, Math.max(0, Math.floor((memoryBytes - fixedBytes) / layerBytes)));
}

/** A pass over layers whose weights are copied while the layer before computes. */
export interface LayerTimes {
  /** Layers whose weights come over the link. */
  readonly copied: number;
  readonly resident: number;
  readonly copySeconds: number;
  readonly computeSeconds: number;
}

/** A layer of a pass, from its copy to the end of its computation, in seconds from the beginning of the pass. */
export interface LayerSpan {
  /** null where the weights are there already. */
  readonly copy: readonly [from: number, to: number] | null;
  readonly compute: readonly [from: number, to: number];
}

/**
 * Times of all layers of a pass, resident ones first. With overlap the link copies one layer after the other while earlier ones
 * compute, at most `buffers` ahead; without, a copy begins when the layer before is done. (Sections 3.3 and 4)
 * @throws RangeError unless layers and buffers are integers, at least one buffer, and times numbers of at least 0.
 */
export function passSpans(
  {copied, resident, copySeconds, computeSeconds}: LayerTimes,
  {overlaps, buffers = 1}: {readonly overlaps: boolean; readonly buffers?: number},
): LayerSpan[] {
  requireInteger("passSpans", "copied", copied, 0);
  requireInteger("passSpans", "resident", resident, 0);
  requireInteger("passSpans", "buffers", buffers, 1);
  for (const [name, seconds] of Object.entries({copySeconds, computeSeconds}))
    if (!(seconds >= 0 && seconds < Number.POSITIVE_INFINITY))
      throw new RangeError(`passSpans: ${name} must be a number of at least 0, got ${seconds}`);
  const spans: LayerSpan[] = [];
  let linkFree = 0;
  let done = 0;
  for (let layer = 0; layer < resident + copied; layer++) {
    if (layer < resident) {
      spans.push({copy: null, compute: [done, done + computeSeconds]});
      done += computeSeconds;
      continue;
    }
    // A buffer is free once the layer that used it has been computed.
    const freed = spans[layer - buffers - 1]?.compute[1] ?? 0;
    const from = overlaps ? Math.max(linkFree, layer - buffers - 1 < resident ? 0 : freed) : done;
    linkFree = from + copySeconds;
    const start = Math.max(linkFree, done);
    spans.push({copy: [from, linkFree], compute: [start, start + computeSeconds]});
    done = start + computeSeconds;
  }
  return spans;
}

/** Seconds of a pass: the end of its last layer; 0 without layers. */
export function passSeconds(
  times: LayerTimes,
  options: {readonly overlaps: boolean; readonly buffers?: number},
): number {
  return passSpans(times, options).at(-1)?.compute[1] ?? 0;
}

/** Seconds of a draft's pass: launches, and its weights read from the near memory. */
export function draftSeconds(
  bytes: number,
  {overheadSeconds, bytesPerSecond}: {readonly overheadSeconds: number; readonly bytesPerSecond: number},
): number {
  return overheadSeconds + bytes / bytesPerSecond;
}

/** A decoder of the paper's experiments, with its memory and the tokens of a round that its repository prints. */
export interface OffloadedModel extends LayerSizes {
  readonly id: string;
  readonly vocabSize: number;
  /** Memory of the near side in the paper's experiments. */
  readonly memoryBytes: number;
  /** Layers that plain offloading keeps there. (configs/exp_offloading of NYCU-EDgeAi/subspec) */
  readonly plainResident: number;
}

/** Sizes: config.json of each model. Memories and resident layers: configs/exp_offloading of NYCU-EDgeAi/subspec. */
export const OFFLOADED_MODELS: readonly OffloadedModel[] = [
  {
    id: "Qwen2.5-7B",
    layers: 28,
    hiddenSize: 3584,
    kvWidth: 512,
    intermediateSize: 18944,
    vocabSize: 152064,
    memoryBytes: 8e9,
    plainResident: 11,
  },
  {
    id: "Llama-3.1-8B",
    layers: 32,
    hiddenSize: 4096,
    kvWidth: 1024,
    intermediateSize: 14336,
    vocabSize: 128256,
    memoryBytes: 8e9,
    plainResident: 11,
  },
  {
    id: "Qwen2.5-14B",
    layers: 48,
    hiddenSize: 5120,
    kvWidth: 1024,
    intermediateSize: 13824,
    vocabSize: 152064,
    memoryBytes: 12e9,
    plainResident: 15,
  },
  {
    id: "Qwen2.5-32B",
    layers: 64,
    hiddenSize: 5120,
    kvWidth: 1024,
    intermediateSize: 27648,
    vocabSize: 152064,
    memoryBytes: 24e9,
    plainResident: 20,
  },
];

/** Constants that two runs of the paper's repository give: 24.29 and 6.50 tokens a second for 7B and 32B. */
export const SUBSPEC_CALIBRATION = {
  /** Bytes a second over PCIe 4.0 x16: 7.92 GB of 17 layers in 338 ms (figure 1); 74 % of the bus. */
  linkBytesPerSecond: 23.4e9,
  /** Fixed time of a pass of the draft. */
  draftOverheadSeconds: 4.5e-3,
  /** Bytes a second at which a pass of the draft reads its weights: 58 % of an RTX 4090's memory. */
  draftBytesPerSecond: 583e9,
  /** Time of the target's own computation in a pass of 17 copied layers, 24 ms (figure 1), for each layer. */
  computeSecondsPerLayer: 24e-3 / 28,
} as const;
