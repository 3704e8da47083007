/** Techniques by their settings: each function makes one entry of the list. */

import {evictingCache} from "../../attention/evicting-cache.js";
import {type EvictionRule, noteBytes} from "../../attention/eviction.js";
import {formatCache} from "../../engine/cache/format-cache.js";
import {wholeSession} from "../../engine/cache/session.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {fp16} from "../../formats/float/float.js";
import type {Format} from "../../formats/format.js";
import {cskvCache} from "../../kv/cskv/cskv-cache.js";
import {kiviBitsPerValue} from "../../kv/kivi/kivi.js";
import {kiviCache} from "../../kv/kivi/kivi-cache.js";
import {blockFloatFormat} from "../../kv/ksort-bfp/ksort-bfp.js";
import {miniCacheCache} from "../../kv/minicache/minicache-cache.js";
import {xkvCache} from "../../kv/xkv/xkv-cache.js";
import {
  bytesOf,
  type CacheTechnique,
  decodedOnce,
  readWhole,
  shareText,
  widthOf,
  withFormat,
} from "./cache-technique.js";

const half = decodedOnce(fp16);

/** A token of all layers with keys and values of each head packed on their own. */
const rowsInHeads = ({layers, kvHeads, headDim}: DecoderConfig, format: Format): number =>
  layers * 2 * bytesOf(format, kvHeads, headDim);

/** Keys and values of every token in a format, each head with scales of its own. */
export function inFormat(format: Format, {label = format.id, source = format.source} = {}): CacheTechnique {
  return {
    label,
    family: format.id === "fp16" ? "baseline" : "fewer-bits",
    formula: "2 · layers · bytes of kvHeads rows of headDim numbers",
    source,
    longText: ({config}) => readWhole(rowsInHeads(config, format)),
    comesBack: "level · scale of the block",
    format,
    prepare:
      ({config}) =>
      () =>
        wholeSession(formatCache(config, {keys: format, unpackOnce: true})),
  };
}

/** KIVI, or with `per token` keys its contrast. */
export function kivi(bits: number, keyAxis: "tokens" | "channels" = "tokens"): CacheTechnique {
  const options = {
    bits,
    groupSize: 32,
    residual: 32,
    residualFormat: half,
    keyAxis,
    unpackOnce: true,
  } as const;
  return {
    label: keyAxis === "tokens" ? `KIVI ${bits} bit` : `${bits} bit, keys per token`,
    family: "fewer-bits",
    formula: "2 · layers · width · (bits + 32 / 32) / 8, the newest 32 tokens aside",
    source: "KIVI, arXiv:2402.02750, section 3",
    comesBack:
      keyAxis === "tokens"
        ? "code · scale + minimum; of a key's channel over 32 tokens, of a value's 32 channels"
        : "code · scale + minimum of 32 channels of the token",
    longText: ({config}) => readWhole((2 * config.layers * widthOf(config) * kiviBitsPerValue(options)) / 8),
    prepare:
      ({config}) =>
      () =>
        wholeSession(kiviCache(config, options)),
  };
}

/** Tokens that wait whole before they are packed together. */
const WINDOW = 32;

/**
 * xKV with this share of the width as the rank of each layer's keys, and half as much again for its values, as the paper
 * has it. Group size 1 is a decomposition of every layer alone.
 */
export function xkv(groupSize: number, share: number, format: Format = fp16): CacheTechnique {
  const packed = decodedOnce(format);
  const ranks = (config: DecoderConfig) => {
    const perGroup = Math.min(groupSize, config.layers) * widthOf(config) * share;
    return {rankK: Math.round(perGroup), rankV: Math.round(1.5 * perGroup)};
  };
  return {
    label: withFormat(
      groupSize === 1 ? `single SVD ${shareText(share)}` : `xKV-${groupSize} ${shareText(share)}`,
      format,
    ),
    family: format.id === "fp16" ? "shared-layers" : "combined",
    formula: "groups · bytes of rankK + rankV numbers",
    source: "xKV, arXiv:2503.18893, section 4",
    comesBack: "Σ basis number of the token · factor of the channel, over the components",
    longText({config}) {
      const {rankK, rankV} = ranks(config);
      const groups = Math.ceil(config.layers / groupSize);
      return readWhole(groups * (bytesOf(format, 1, rankK) + bytesOf(format, 1, rankV)));
    },
    prepare:
      ({config}) =>
      () =>
        wholeSession(xkvCache(config, {groupSize, ...ranks(config), format: packed, unpackOnce: true})),
  };
}

/** MiniCache over the deep half, its rows kept by the paper's rule or by that of xKV's repository. */
export function miniCache(
  rule: "correct" | "released",
  gamma: number,
  format: Format = fp16,
): CacheTechnique {
  const packed = decodedOnce(format);
  const name = rule === "correct" ? "MiniCache" : "MiniCache as released";
  return {
    label: withFormat(gamma > 0.05 ? `${name}, γ ${gamma}` : name, format),
    family: format.id === "fp16" ? "shared-layers" : "combined",
    formula:
      "(layers − pairs) · 2 · bytes of a token, and 2 lengths a row of each pair; rows kept whole aside",
    source: "MiniCache, arXiv:2405.14366, section 4",
    comesBack: "direction shared with the neighbouring layer · own length, from the middle layer on",
    longText({config}) {
      const {layers, kvHeads} = config;
      const pairs = Math.floor((layers - Math.floor(layers / 2)) / 2);
      const rows = (rowsInHeads(config, format) / layers) * (layers - pairs);
      return readWhole(rows + pairs * 2 * (2 * kvHeads * 2 + kvHeads / 8));
    },
    prepare:
      ({config}) =>
      () =>
        wholeSession(miniCacheCache(config, {rule, gamma, window: WINDOW, format: packed})),
  };
}

/** CSKV with this share of the channels, its features packed in a format. */
export function cskv(share: number, format: Format = fp16): CacheTechnique {
  const packed = decodedOnce(format);
  return {
    label: withFormat(`CSKV ${shareText(share)}`, format),
    family: format.id === "fp16" ? "fewer-channels" : "combined",
    formula: "layers · bytes of 2 · share · width features, the newest 32 tokens aside",
    source: "CSKV, arXiv:2409.10593, section 2",
    comesBack: "Σ feature of the token · weight of the channel, over the features",
    longText({config}) {
      const rank = Math.round(share * widthOf(config));
      return readWhole(
        config.layers * (bytesOf(format, rank, WINDOW) / WINDOW + bytesOf(format, WINDOW, rank) / WINDOW),
      );
    },
    prepare({config, cskvFactors}) {
      const factors = cskvFactors(share);
      return () =>
        wholeSession(
          cskvCache(config, factors, {
            window: WINDOW,
            format: packed,
            wholeFormat: half,
            unpackOnce: true,
          }),
        );
    },
  };
}

/** Block floating point, its keys stored in K-sort's order or in their own. */
export function blockFloats(bits: number, blockSize: number, isSorted: boolean): CacheTechnique {
  const format = blockFloatFormat({bits, blockSize});
  return {
    label: `${isSorted ? "K-sort " : ""}BFP${bits}`,
    family: "fewer-bits",
    formula: `2 · layers · width · (${bits} + 8 / ${blockSize}) / 8`,
    source: "arXiv:2403.20137, sections 2 and 3",
    comesBack: "mantissa · 2^(E − bits + 2), E of the block",
    longText: ({config}) =>
      readWhole(
        config.layers *
          (bytesOf(format, 1, widthOf(config)) + rowsInHeads(config, format) / (2 * config.layers)),
      ),
    prepare: ({config, keyOrder}) => {
      const order = isSorted ? keyOrder : keyOrder.map((each) => each.map((_, channel) => channel));
      return () => wholeSession(formatCache(config, {keys: format, keyOrder: order, unpackOnce: true}));
    },
  };
}

/** Keeps this share of the tokens of every head and frees the others; the rows that stay are packed in a format. */
export function evicting(
  name: string,
  rule: EvictionRule,
  share: number,
  {format = fp16, source}: {format?: Format; source: string},
): CacheTechnique {
  const room = (seen: number) => Math.ceil(share * seen);
  const note = noteBytes(rule);
  return {
    label: withFormat(`${name} ${shareText(share)}`, format),
    family: format.id === "fp16" ? "fewer-tokens" : "combined",
    formula: `share · layers · kvHeads · (bytes of a key and a value + ${note} of notes)`,
    source,
    comesBack: "as it was, or gone with its token",
    longText: ({config: {layers, kvHeads, headDim}}) =>
      readWhole(share * layers * kvHeads * (2 * bytesOf(format, 1, headDim) + note)),
    prepare:
      ({config}) =>
      () => {
        const {cache, hooks} = evictingCache(config, rule, {
          room,
          sinks: rule.sinksInRoom ? 4 : 0,
          format,
          unpackOnce: true,
        });
        return wholeSession(cache, hooks);
      },
  };
}
