/** The experts that each token of a text passes, layer by layer, and what a run of tokens loads of them. */

import type {ExpertChannels} from "../architectures/record/channels.js";
import {forward} from "../engine/decoder/decoder.js";
import {type ChosenExperts, chosenOfAll} from "../engine/decoder/expert-network.js";
import type {Decoder} from "../engine/decoder/load-decoder.js";

/** One layer of experts and the experts of every token. */
export interface LayerTrace {
  readonly layer: number;
  readonly channels: ExpertChannels;
  /** Scores of the router before softmax or ReLU, [tokens, experts]. */
  readonly scores: Float32Array;
  /** Weights of the experts of each token by their numbers; those after `channels.experts` multiply nothing. */
  readonly chosen: readonly ChosenExperts[];
}

/** A text read by a mixture. */
export interface RoutingTrace {
  readonly layers: readonly LayerTrace[];
  /** [tokens, vocabulary] */
  readonly logits: Float32Array;
  /** Share of the neurons of passed experts that are not zero: below one only behind ReLU. */
  readonly neurons: number;
}

/**
 * Reads a text and keeps what the routers chose. Of a router by ReLU the weights are the scores above zero, before their
 * norm.
 * @throws RangeError as {@link forward}, or if the model has no layer of experts.
 */
export function routingTrace(model: Decoder, ids: readonly number[]): RoutingTrace {
  const layers: LayerTrace[] = [];
  let [neurons, nonzero] = [0, 0];
  const {data: logits} = forward(model, ids, {
    hooks: {
      tensor(site, layer, x, tokens) {
        const {channels} = model.config.plans[layer] ?? {};
        if (channels?.kind !== "experts") return undefined;
        if (site === "mlp.scores")
          layers.push({layer, channels, scores: x, chosen: chosenOfAll(channels, x, tokens)});
        if (site === "mlp.hidden") {
          neurons += x.length;
          nonzero += x.reduce((count, value) => (value === 0 ? count : count + 1), 0);
        }
        return undefined;
      },
    },
  });
  if (layers.length === 0) throw new RangeError("routingTrace: model must have a layer of experts, got none");
  return {layers, logits, neurons: neurons === 0 ? 0 : nonzero / neurons};
}

/** Experts with matrices among those of a token, by their numbers. */
export function multiplyingExperts(
  {experts}: Pick<ExpertChannels, "experts">,
  chosen: ChosenExperts,
): number[] {
  return [...chosen.keys()].filter((e) => e < experts);
}

/**
 * Share of a layer's experts that each run of `chunk` consecutive tokens loads: the union of those of its tokens over all
 * experts with matrices. Tokens beyond the last whole run are left out. One less the mean over runs is BlockFFN's chunk-level
 * sparsity, for runs of one its token-level sparsity. (arXiv:2507.08771, section 2)
 * @throws RangeError if `chunk` is no positive integer.
 */
export function loadedShares(
  {channels, chosen}: Pick<LayerTrace, "channels" | "chosen">,
  chunk: number,
): number[] {
  if (!Number.isInteger(chunk) || chunk < 1)
    throw new RangeError(`loadedShares: chunk must be a positive integer, got ${chunk}`);
  return Array.from({length: Math.floor(chosen.length / chunk)}, (_, i) => {
    const run = chosen.slice(i * chunk, (i + 1) * chunk);
    const union = new Set(run.flatMap((token) => multiplyingExperts(channels, token)));
    return union.size / channels.experts;
  });
}
