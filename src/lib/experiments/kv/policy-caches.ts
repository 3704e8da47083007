/** Caches of policies: tokens that are let go, and tokens of which a part is read. */

import {evictingCache} from "../../attention/evicting-cache.js";
import {type EvictionRule, noteBytes} from "../../attention/eviction.js";
import {h2oRule} from "../../attention/h2o/h2o.js";
import {oracleMask} from "../../attention/oracle.js";
import {questCache} from "../../attention/quest/quest-cache.js";
import {selectiveReading} from "../../attention/selective-reading.js";
import {snapKvRule} from "../../attention/snapkv/snapkv.js";
import {streamingRule} from "../../attention/streaming-llm.js";
import {tokenButlerCache} from "../../attention/token-butler/token-butler-cache.js";
import type {TokenButlerPredictor} from "../../attention/token-butler/token-butler-weights.js";
import {cacheFormat, cacheFormatById, shareText, withFormat} from "../../engine/cache/cache-format.js";
import type {CacheChoice} from "../../engine/cache/choices.js";
import {formatCache} from "../../engine/cache/format-cache.js";
import {tokenBytes} from "../../engine/cache/packed-size.js";
import {wholeSession} from "../../engine/cache/session.js";
import type {CacheSizes} from "../../engine/cache/sizes.js";
import {type CacheBytes, readWhole} from "../../engine/cache/technique.js";
import {budgetOf} from "../../engine/key-budget.js";
import {fp16} from "../../formats/float/float.js";

/** Layers that read everything, as in TokenButler's protocol. */
const DENSE_LAYERS = 1;
const PAGE_SIZE = 8;
/** First tokens that a rule keeps in its room. */
const SINKS = 4;

export interface PolicyCache {
  readonly id: string;
  readonly share: number;
  readonly format?: string;
  readonly isByChoice?: true;
}

/** Parts that choices of policies have in common. */
function named({id, share, format = "fp16", isByChoice}: PolicyCache, name: string) {
  const {format: packed, size} = cacheFormatById(format);
  const label = withFormat(`${name} ${shareText(share)}`, packed);
  return {
    common: {id, label, isBound: false, isShownFirst: isByChoice !== true, format: undefined},
    format: packed,
    size,
    isCombined: format !== "fp16",
  };
}

/** Keeps this share of the tokens of every head and frees the others; the rows that stay are packed in a format. */
function evicting(name: string, rule: EvictionRule, source: string, cache: PolicyCache): CacheChoice {
  const room = (seen: number) => budgetOf(cache.share, seen);
  const note = noteBytes(rule);
  const {common, format, size, isCombined} = named(cache, name);
  return {
    ...common,
    kind: isCombined ? "combined" : "fewer-tokens",
    formula: `share · layers · kvHeads · (bytes of a key and a value + ${note} of notes)`,
    source,
    comesBack: "as it was, or gone with its token",
    bytes({widths, headDim = 1}, tokens) {
      const rows = widths.reduce((sum, width) => sum + width / headDim, 0) * room(tokens);
      return readWhole(rows * (2 * size(1, headDim) + note));
    },
    open:
      ({decoder}) =>
      () => {
        const {cache: held, hooks} = evictingCache(decoder.config, rule, {
          room,
          sinks: rule.sinksInRoom ? SINKS : 0,
          format,
          unpackOnce: true,
        });
        return wholeSession(held, hooks);
      },
  };
}

/** Query heads that share keys choose on their own: a token reads at most what all of them chose. */
function partRead(
  sizes: CacheSizes,
  tokens: number,
  size: (rows: number, width: number) => number,
  {share, extra = 0}: {readonly share: number; readonly extra?: number},
): CacheBytes {
  const {widths, headDim = 1, heads = 1} = sizes;
  const layer = tokenBytes(sizes, widths[0], size);
  const read = Math.min(1, share * ((heads * headDim) / widths[0]));
  const choosing = widths.length - DENSE_LAYERS;
  return {
    kept: tokens * (widths.length * layer + choosing * extra),
    read: tokens * (DENSE_LAYERS * layer + choosing * (read * layer + extra)),
  };
}

/** Quest: the pages whose bounds promise most. */
export function quest(cache: PolicyCache): CacheChoice {
  const {common, format, size, isCombined} = named(cache, "Quest");
  return {
    ...common,
    kind: isCombined ? "combined" : "part-read",
    formula: `kept: all, and 2 · width numbers for ${PAGE_SIZE} tokens; read: those, and share · heads / kvHeads of all at most`,
    source: "Quest, arXiv:2406.10774, section 3",
    comesBack: "as it is kept, where a head asks for the token",
    bytes: (sizes, tokens) =>
      partRead(sizes, tokens, size, {share: cache.share, extra: (2 * sizes.widths[0] * 2) / PAGE_SIZE}),
    open:
      ({decoder: {config}}) =>
      () =>
        questCache(config, formatCache(config, {keys: format, unpackOnce: true}), {
          keepFraction: cache.share,
          pageSize: PAGE_SIZE,
          denseLayers: DENSE_LAYERS,
          boundsFormat: cacheFormat(fp16).format,
        }),
  };
}

/** The keys with the largest products, known without reading any: what no choice for each head can beat. */
export function oracle(cache: PolicyCache): CacheChoice {
  const {common, format, size} = named(cache, "oracle");
  return {
    ...common,
    kind: "baseline",
    isBound: true,
    formula: "kept: all; read: share · heads / kvHeads of all at most, as if choosing were free",
    source: "a bound, as in TokenButler, arXiv:2503.07518, section 4",
    comesBack: "as it is kept, where a head asks for the token",
    bytes: (sizes, tokens) => partRead(sizes, tokens, size, cache),
    open:
      ({decoder: {config}}) =>
      () =>
        selectiveReading(config, formatCache(config, {keys: format, unpackOnce: true}), {
          denseLayers: DENSE_LAYERS,
          mask: (call) => oracleMask(call, {keepFraction: cache.share, sinks: 0}).data,
        }),
  };
}

/** TokenButler: the keys that a trained predictor expects to matter. Its weights are not counted: all texts share them. */
export function tokenButler(cache: PolicyCache): CacheChoice {
  const {common, format, size, isCombined} = named(cache, "TokenButler");
  return {
    ...common,
    kind: isCombined ? "combined" : "part-read",
    formula:
      "kept: all, and layers · heads · D + 2 · R numbers of the predictor in float32; read: those, and share · heads / kvHeads of all at most",
    source: "TokenButler, arXiv:2503.07518, section 3",
    comesBack: "as it is kept, where a head asks for the token",
    bytes(sizes, tokens) {
      const {layers, heads, importanceDim, reducedDim} = predictorIn(sizes).shape;
      const own = 4 * (layers * heads * importanceDim + 2 * reducedDim);
      const extra = own / (sizes.widths.length - DENSE_LAYERS);
      return partRead(sizes, tokens, size, {share: cache.share, extra});
    },
    open(setting) {
      if (setting.predictor === undefined) return null;
      const predictor = predictorIn(setting);
      const {config} = setting.decoder;
      return () =>
        tokenButlerCache(config, formatCache(config, {keys: format, unpackOnce: true}), predictor, {
          keepFraction: cache.share,
          denseLayers: DENSE_LAYERS,
        });
    },
  };
}

/** @throws RangeError if there is no predictor of TokenButler. */
function predictorIn({predictor}: {readonly predictor?: object}): TokenButlerPredictor {
  if (predictor !== undefined && isPredictor(predictor)) return predictor;
  throw new RangeError("cacheBytes: token-butler must have a predictor, got none");
}

const isPredictor = (predictor: object): predictor is TokenButlerPredictor =>
  "shape" in predictor && "site" in predictor;

/** StreamingLLM: the first tokens and the newest. */
export const streaming = (cache: PolicyCache) =>
  evicting("StreamingLLM", streamingRule, "StreamingLLM, arXiv:2309.17453, section 3.2", cache);
/** H2O: the newest tokens and those that have had the most attention. */
export const h2o = (cache: PolicyCache) =>
  evicting("H2O", h2oRule(), "H2O, arXiv:2306.14048, algorithm 1", cache);
/** A window that leaves room for others in the short texts here. */
const snapKv = (cache: PolicyCache) =>
  evicting("SnapKV", snapKvRule({window: 8, pool: 5}), "SnapKV, arXiv:2404.14469, section 4", cache);

/** Caches of policies at the settings that pages show. */
export const POLICY_CACHES: readonly CacheChoice[] = [
  streaming({id: "streaming-half", share: 0.5, isByChoice: true}),
  streaming({id: "streaming-quarter", share: 0.25}),
  h2o({id: "h2o-half", share: 0.5}),
  h2o({id: "h2o-quarter", share: 0.25}),
  snapKv({id: "snapkv-half", share: 0.5, isByChoice: true}),
  snapKv({id: "snapkv-quarter", share: 0.25}),
  quest({id: "quest-half", share: 0.5}),
  quest({id: "quest-quarter", share: 0.25}),
  tokenButler({id: "token-butler-half", share: 0.5}),
  tokenButler({id: "token-butler-quarter", share: 0.25}),
  oracle({id: "oracle-quarter", share: 0.25}),
  oracle({id: "oracle-eighth", share: 0.125, isByChoice: true}),
  h2o({id: "h2o-half-int4", share: 0.5, format: "int4"}),
  snapKv({id: "snapkv-half-int4", share: 0.5, format: "int4", isByChoice: true}),
  quest({id: "quest-half-int4", share: 0.5, format: "int4"}),
  tokenButler({id: "token-butler-half-int4", share: 0.5, format: "int4", isByChoice: true}),
  oracle({id: "oracle-quarter-int4", share: 0.25, format: "int4"}),
];
