/** Models and texts of the experiments on caches: a shipped decoder, and test documents as long as its context. */

import type {DecoderConfig} from "../../engine/decoder/config.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds, EVAL_SEEDS, type EvalSeed, type EvalText} from "../../evaluate/eval-texts.js";
import type {DataSets} from "../../experiment/experiment.js";
import {type DecoderId, decoderWeights} from "./decoders.js";

/** A decoder from its data set, with the fast arithmetic. */
export async function openedDecoder(id: DecoderId, data: Pick<DataSets, "get">): Promise<Decoder> {
  return decoderOf(decoderWeights(id, data), {backend: await wasmBackend()});
}

interface TextOptions {
  readonly seeds?: readonly number[];
  /** For each seed. */
  readonly documents: number;
}

/** Test documents for each seed, as long as the model was made for. */
export function testSeeds(
  {maxPositions}: DecoderConfig,
  {seeds = EVAL_SEEDS, documents}: TextOptions,
): EvalSeed[] {
  return corpusSeeds({seeds, documents, context: maxPositions});
}

/** The documents of all seeds. */
export function testTexts(config: DecoderConfig, options: TextOptions): EvalText[] {
  return testSeeds(config, options).flatMap(({texts}) => texts);
}
