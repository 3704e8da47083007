import type {Format} from "../../formats/format.js";
import {inverseOrder, permuteChannels} from "../../tensor/permute.js";
import {transpose} from "../../tensor/transpose.js";
import type {DecoderConfig} from "../decoder/config.js";
import type {PackedKvCache} from "./packed-kv-cache.js";
import {type PagedStoreOptions, type PageRule, pagedStore, readParts} from "./paged-store.js";
import {type StoredCacheOptions, storedCache} from "./stored-cache.js";
import {codingOf} from "./stored-kv.js";

/** Options of a cache that packs pages in a number format. */
export interface FormatCacheOptions
  extends Pick<PagedStoreOptions, "wholeFormat" | "unpackOnce">,
    Pick<StoredCacheOptions, "own"> {
  readonly keys: Format;
  /** By default the format of the keys. */
  readonly values?: Format;
  /** Along what the format's blocks of keys run: a token's channels, or `pageTokens` tokens of a channel. */
  readonly keyAxis?: "channels" | "tokens";
  /** Tokens of a page of keys per channel. */
  readonly pageTokens?: number;
  /** Newest tokens that stay whole. Keys per channel keep those whose page is not full beside them. */
  readonly residual?: number;
  /** For each layer an order of the channels of all heads, in which keys are stored. */
  readonly keyOrder?: readonly Int32Array[];
}

/**
 * Keys, after rotary, and values in any number format: per token, blocks along a token's channels, or keys per channel,
 * blocks along a page of tokens, which outlier channels do not spoil. The newest tokens may stay whole.
 * @throws RangeError as {@link pagedStore}, or if keyOrder has no order for a layer; (append) if a format cannot say a value.
 */
export function formatCache(config: DecoderConfig, options: FormatCacheOptions): PackedKvCache {
  const {kvHeads, headDim, layers} = config;
  const {keys, values = keys, keyAxis = "channels", pageTokens = 32, residual = 0, keyOrder} = options;
  if (keyOrder !== undefined && keyOrder.length !== layers) {
    throw new RangeError(`formatCache: keyOrder must have ${layers} layers, got ${keyOrder.length}`);
  }
  const rowsOf = (format: Format, shape: readonly number[]): PageRule => ({
    residual,
    pack: (x) => format.encode({shape, data: x}),
    unpack: (page) => format.decode(page).data,
    coding: codingOf(format, shape[1]),
  });
  const heads = [kvHeads, headDim];
  const perToken = keyOrder ? sorted(rowsOf(keys, [1, kvHeads * headDim]), keyOrder) : rowsOf(keys, heads);
  const store = pagedStore(config, {
    keys: keyAxis === "tokens" ? perChannel(keys, {pageTokens, residual}) : perToken,
    values: rowsOf(values, heads),
    ...(options.wholeFormat && {wholeFormat: options.wholeFormat}),
    ...(options.unpackOnce && {unpackOnce: true}),
  });
  return storedCache(store, {own: options.own ?? "exact"});
}

function perChannel(
  format: Format,
  {pageTokens, residual}: {pageTokens: number; residual: number},
): PageRule {
  return {
    pageTokens,
    residual,
    pack(x) {
      const channels = x.length / pageTokens;
      return format.encode({shape: [channels, pageTokens], data: transpose(x, pageTokens, channels)});
    },
    unpack: (page) => transpose(format.decode(page).data, page.shape[0], pageTokens),
    coding: codingOf(format, pageTokens, pageTokens),
  };
}

/** Channels are stored in another order, and given back in their own. */
function sorted(rule: PageRule, order: readonly Int32Array[]): PageRule {
  const back = order.map(inverseOrder);
  const {coding: given, ...rest} = rule;
  const coding = typeof given === "object" ? given : undefined;
  return {
    ...rest,
    ...(coding && {
      run: (layer, {tokens, part}) => ({tokens, coding, parts: readParts(part), places: back[layer]}),
    }),
    pack: (x, layer) => rule.pack(permuteChannels(x, order[layer]), layer),
    unpack: (page, layer) => permuteChannels(rule.unpack(page, layer), back[layer]),
  };
}
