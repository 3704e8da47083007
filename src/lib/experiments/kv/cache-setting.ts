import type {TokenButlerPredictor} from "../../attention/token-butler/token-butler-weights.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {corpusCalibration} from "../../evaluate/eval-texts.js";
import {
  attentionInputs,
  type CskvFactors,
  calibrateCskv,
  type InputStatistics,
} from "../../kv/cskv/cskv-cache.js";
import {keyStoreOrder} from "../../kv/ksort-bfp/ksort-bfp.js";
import {type CacheSetting, widthOf} from "./cache-technique.js";

/** Documents that projections are calibrated on, of the training split. */
const CALIBRATION_TEXTS = 8;

/** What techniques may use of a model; calibrations are made when first asked for. */
export function cacheSetting(
  weights: DecoderWeights,
  decoder: Decoder,
  predictor?: TokenButlerPredictor,
): CacheSetting {
  const {config, tensors} = weights;
  const factors = new Map<number, CskvFactors>();
  let inputs: readonly InputStatistics[] | undefined;
  return {
    config,
    keyOrder: Array.from({length: config.layers}, (_, layer) => {
      const {data} = tensors.get(`model.layers.${layer}.self_attn.k_proj.weight`)!;
      return keyStoreOrder(data, config.kvHeads, config.headDim);
    }),
    cskvFactors(share) {
      const rank = Math.round(share * widthOf(config));
      inputs ??= attentionInputs(
        decoder,
        corpusCalibration(CALIBRATION_TEXTS, {context: config.maxPositions}).map((ids) => ids.slice(0, -1)),
      );
      const found = factors.get(share) ?? calibrateCskv(weights, inputs, {rankK: rank, rankV: rank});
      factors.set(share, found);
      return found;
    },
    ...(predictor && {predictor}),
  };
}
