/** What the experiments on caches run: a shipped decoder, and test documents as long as its context. */

import type {DataSets} from "../../experiment/experiment.js";
import type {DecoderConfig} from "../../models/config.js";
import {decoderOf} from "../../models/decoder-weights.js";
import {corpusSeeds, EVAL_SEEDS, type EvalSeed, type EvalText} from "../../models/eval-texts.js";
import type {Decoder} from "../../models/load-decoder.js";
import {wasmBackend} from "../../models/wasm-backend.js";
import {type DecoderId, decoderWeights} from "../models/decoders.js";

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
