/** Techniques that keep every token and read a part of them. */

import {oracleMask} from "../../attention/oracle.js";
import {questCache} from "../../attention/quest/quest-cache.js";
import {selectiveReading} from "../../attention/selective-reading.js";
import {tokenButlerCache} from "../../attention/token-butler/token-butler-cache.js";
import {formatCache} from "../../engine/cache/format-cache.js";
import type {CacheSession} from "../../engine/cache/session.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {fp16} from "../../formats/float/float.js";
import type {Format} from "../../formats/format.js";
import {
  bytesOf,
  type CacheTechnique,
  decodedOnce,
  type LongTextCost,
  shareText,
  widthOf,
  withFormat,
} from "./cache-technique.js";

/** Layers that read everything, as in TokenButler's protocol. */
const DENSE_LAYERS = 1;
const PAGE_SIZE = 8;

/** Query heads that share keys choose on their own: a token reads at most what all of them chose. */
function partRead(config: DecoderConfig, format: Format, share: number, extra = 0): LongTextCost {
  const {layers, heads, kvHeads, headDim} = config;
  const layer = 2 * bytesOf(format, kvHeads, headDim);
  const read = Math.min(1, share * (heads / kvHeads));
  const choosing = layers - DENSE_LAYERS;
  return {
    kept: layers * layer + choosing * extra,
    read: DENSE_LAYERS * layer + choosing * (read * layer + extra),
  };
}

/** Quest: the pages whose bounds promise most. */
export function quest(share: number, format: Format = fp16): CacheTechnique {
  const boundsFormat = decodedOnce(fp16);
  return {
    label: withFormat(`Quest ${shareText(share)}`, format),
    family: format.id === "fp16" ? "part-read" : "combined",
    formula: `kept: all, and 2 · width numbers for ${PAGE_SIZE} tokens; read: those, and share · heads / kvHeads of all at most`,
    source: "Quest, arXiv:2406.10774, section 3",
    comesBack: "as it is kept, where a head asks for the token",
    longText: ({config}) => partRead(config, format, share, (2 * widthOf(config) * 2) / PAGE_SIZE),
    prepare:
      ({config}) =>
      (): CacheSession =>
        questCache(config, formatCache(config, {keys: format, unpackOnce: true}), {
          keepFraction: share,
          pageSize: PAGE_SIZE,
          denseLayers: DENSE_LAYERS,
          boundsFormat,
        }),
  };
}

/** The keys with the largest products, known without reading any: what no choice for each head can beat. */
export function oracle(share: number, format: Format = fp16): CacheTechnique {
  return {
    label: withFormat(`oracle ${shareText(share)}`, format),
    family: "baseline",
    isBound: true,
    formula: "kept: all; read: share · heads / kvHeads of all at most, as if choosing were free",
    source: "a bound, as in TokenButler, arXiv:2503.07518, section 4",
    comesBack: "as it is kept, where a head asks for the token",
    longText: ({config}) => partRead(config, format, share),
    prepare:
      ({config}) =>
      (): CacheSession =>
        selectiveReading(config, formatCache(config, {keys: format, unpackOnce: true}), {
          denseLayers: DENSE_LAYERS,
          mask: (call) => oracleMask(call, {keepFraction: share, sinks: 0}).data,
        }),
  };
}

/** TokenButler: the keys that a trained predictor expects to matter. Its weights are not counted: all texts share them. */
export function tokenButler(share: number, format: Format = fp16): CacheTechnique {
  return {
    label: withFormat(`TokenButler ${shareText(share)}`, format),
    family: format.id === "fp16" ? "part-read" : "combined",
    formula:
      "kept: all, and layers · heads · D + 2 · R numbers of the predictor in float32; read: those, and share · heads / kvHeads of all at most",
    source: "TokenButler, arXiv:2503.07518, section 3",
    comesBack: "as it is kept, where a head asks for the token",
    longText({config, predictor}) {
      const {layers, heads, importanceDim, reducedDim} = predictor!.shape;
      const own = 4 * (layers * heads * importanceDim + 2 * reducedDim);
      return partRead(config, format, share, own / (config.layers - DENSE_LAYERS));
    },
    prepare: ({config, predictor}) =>
      predictor
        ? (): CacheSession =>
            tokenButlerCache(config, formatCache(config, {keys: format, unpackOnce: true}), predictor, {
              keepFraction: share,
              denseLayers: DENSE_LAYERS,
            })
        : null,
  };
}
