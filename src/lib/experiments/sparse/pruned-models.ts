/** What both experiments on pruned decoders share: models, calibration by seed, and the columns that say so. */

import type {InputStatistics} from "../../engine/calibration/input-statistics.js";
import {inputStatistics} from "../../engine/calibration/input-statistics.js";
import {forward} from "../../engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration} from "../../evaluate/eval-texts.js";

/** The decoders that are pruned. */
export const PRUNED_MODELS = ["decoder-small", "decoder-large"] as const;

/** Seeds by which calibration documents are drawn. */
const CALIBRATION_SEEDS = [0, 1, 2] as const;

/** Parameters of an experiment on a pruned decoder. */
export const prunedParams = {
  model: {
    kind: "choice",
    label: "Model",
    help: "The large one has seven times the weights, and so more that it can do without.",
    options: PRUNED_MODELS,
    default: "decoder-small",
  },
  calibrations: {
    kind: "integer",
    label: "Draws of calibration documents",
    help: "Each draw chooses other training documents, and so perhaps other weights.",
    min: 1,
    max: CALIBRATION_SEEDS.length,
    default: 3,
    advanced: true,
  },
  calibrationDocuments: {
    kind: "integer",
    label: "Calibration documents",
    help: "Of 128 tokens, none of them evaluated.",
    min: 1,
    max: 64,
    default: 16,
    advanced: true,
  },
  documents: {
    kind: "integer",
    label: "Documents for each of three seeds",
    help: "Of 128 tokens. More documents give narrower intervals.",
    min: 2,
    max: 32,
    default: 3,
    advanced: true,
  },
} as const;

/** The first columns of an experiment on a pruned decoder. */
export const prunedColumns = {
  model: {type: "string", label: "Model"},
  method: {type: "string", label: "Method"},
  label: {type: "string", label: "Method, in words"},
  calibrationSeed: {
    type: "integer",
    label: "Seed of the calibration documents; empty: none are read",
    nullable: true,
  },
} as const;

/** Statistics of a decoder's inputs, and the seed that drew their texts; null for methods that read none. */
export interface Draw {
  readonly seed: number;
  readonly statistics: InputStatistics;
}

/** Statistics of a decoder for each draw of calibration documents. */
export async function calibrationDraws(
  weights: DecoderWeights,
  {
    calibrations,
    calibrationDocuments,
  }: {readonly calibrations: number; readonly calibrationDocuments: number},
): Promise<Draw[]> {
  const draws: Draw[] = [];
  for (const seed of CALIBRATION_SEEDS.slice(0, calibrations)) {
    const texts = corpusCalibration(calibrationDocuments, {seed});
    draws.push({seed, statistics: await inputStatistics(weights, {texts, backend: wasmBackend})});
  }
  return draws;
}

/** A model that is only read, never written with. */
export async function readingModel(weights: DecoderWeights) {
  const model = await decoderOf(weights, {backend: await wasmBackend()});
  return {logits: (ids: readonly number[]) => forward(model, ids), write: () => []};
}
