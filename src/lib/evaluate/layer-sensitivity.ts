/** Sensitivity of a decoder's layers: the loss with one layer quantized, and with all but one. */

import type {DecoderWeights} from "../engine/decoder/decoder-weights.js";
import {type SensitivityScan, scanSensitivity} from "../quant/sensitivity.js";
import type {EvalText} from "./eval-texts.js";
import {type PrepareOptions, prepareModel, type Setup} from "./prepare-model.js";
import {perplexity} from "./quality.js";
import {scoreTokens} from "./token-scores.js";

/** Options of a scan beside those that prepare its models. */
export interface LayerScanOptions extends PrepareOptions {
  /** Called with the share done, 0 .. 1. */
  readonly progress?: (share: number) => void;
}

/**
 * Mean negative log-likelihood (nats) of the texts for every choice of {@link scanSensitivity}: weights and activations
 * of the chosen layers take the setup's formats. Its KV format, which spans layers, is left out; `layers` of the setup
 * are those scanned (default all). Layers are named by their number. Takes about 2 layers + 2 passes over the texts.
 * @throws RangeError as {@link prepareModel}, or if there are no texts.
 */
export function scanLayers(
  weights: DecoderWeights,
  {kv: _, layers, ...setup}: Setup,
  texts: readonly EvalText[],
  {progress, ...options}: LayerScanOptions = {},
): Promise<SensitivityScan> {
  const scanned =
    layers === undefined ? Array.from({length: weights.config.layers}, (_, i) => i) : [...layers];
  const loss = async (changed: ReadonlySet<string>): Promise<number> => {
    const chosen = new Set([...changed].map(Number));
    const model = await prepareModel(weights, {...setup, layers: chosen}, options);
    const logProbs = texts.map(
      ({tokens}) => scoreTokens(model.logits(tokens.slice(0, -1)), tokens.slice(1)).logProbs,
    );
    // A scan may take minutes: between two models a message or a timer must get through to end it.
    await new Promise((resolve) => setTimeout(resolve, 0));
    return perplexity(logProbs).nll.value;
  };
  return scanSensitivity(scanned.map(String), loss, {
    ...(progress && {progress}),
    ...(options.signal && {signal: options.signal}),
  });
}
