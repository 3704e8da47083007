import {softmaxRows} from "../logits.js";
import {policy} from "../policy.js";
import {keepFraction, sinks} from "../policy-params.js";
import {layerImportance, predictImportance} from "./token-butler.js";
import {tokenButlerCache} from "./token-butler-cache.js";
import {tokenButlerParameters} from "./token-butler-cost.js";
import {tokenButlerHooks} from "./token-butler-hooks.js";

/** TokenButler: the keys that a trained predictor scores highest. */
export const tokenButler = policy({
  id: "token-butler",
  label: "TokenButler",
  source: "arXiv:2503.07518, section 3",
  family: "tokens",
  kind: "selects",
  isShownFirst: true,
  params: {keepFraction, sinks},
  needs: ["predictor"],
  cachePresets: [
    {id: "token-butler-half", params: {keepFraction: 0.5}},
    {id: "token-butler-quarter", params: {keepFraction: 0.25}},
    {id: "token-butler-half-int4", params: {keepFraction: 0.5, format: "int4"}, isByChoice: true},
  ],
  hooks: (values, {predictor, denseLayers = 1}) => tokenButlerHooks(predictor!, {...values, denseLayers}),
  importance({layer, hidden}, _values, {predictor}) {
    const {shape, weights, frequencies, site} = predictor!;
    const prediction = predictImportance(Float64Array.from(hidden[site]), shape, weights, frequencies);
    return softmaxRows(layerImportance(prediction, layer));
  },
  reading: (config, cache, values, {predictor, ...options}) =>
    tokenButlerCache(config, cache, predictor!, {...values, ...options}),
  costs: {
    stateInWords: "layers · heads · D + 2 · R numbers of the predictor",
    // Importance keys, and keys and values of the predictor's own attention. Its slots of layer 0 exist and are counted,
    // though nothing asks for them.
    state(_config, length, _values, {predictor}) {
      const {heads, layers, importanceDim, reducedDim} = predictor!.shape;
      return length * (layers * heads * importanceDim + 2 * reducedDim);
    },
    weights: ({predictor}) => 4 * tokenButlerParameters(predictor!.shape, {withUnusedNorm: false}),
  },
});
