import {type CacheSizes, decoderSizes} from "../../engine/cache/sizes.js";
import type {CacheSetting} from "../../engine/cache/technique.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {corpusCalibration} from "../../evaluate/eval-texts.js";

/** Documents that projections are calibrated on, of the training split. */
const CALIBRATION_TEXTS = 8;

/** Gives caches what they may use of a model, calibration texts of the corpus among it. */
export function cacheSetting(weights: DecoderWeights, decoder: Decoder, predictor?: object): CacheSetting {
  return {
    weights,
    decoder,
    calibrationTexts: () =>
      corpusCalibration(CALIBRATION_TEXTS, {context: decoder.config.maxPositions}).map((ids) =>
        ids.slice(0, -1),
      ),
    ...(predictor && {predictor}),
  };
}

/** Sizes of a setting's model, for formulas of bytes. */
export const settingSizes = ({decoder, predictor}: CacheSetting): CacheSizes => ({
  ...decoderSizes(decoder.config),
  ...(predictor && {predictor}),
});
