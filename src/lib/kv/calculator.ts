import {type CacheSizes, checkSizes, evictedSizes} from "../engine/cache/sizes.js";
import type {CacheTechnique, GivenParams} from "../engine/cache/technique.js";
import {budgetOf} from "../engine/key-budget.js";
import {requireFraction, requireInteger} from "../tensor/require.js";
import {inFormat} from "./in-format.js";

/** A technique with parameters, and what is left of a text before it is stored. */
export interface KvMethod {
  readonly technique: CacheTechnique;
  readonly params?: GivenParams;
  /** A policy keeps this share of the tokens, and the first `sinks`; only those are stored. */
  readonly evicted?: {readonly keepFraction: number; readonly sinks: number};
}

/** The cache as it is, in 16 bits. */
export const PLAIN: KvMethod = {technique: inFormat};

/**
 * Bytes of the cache of one text of `tokens` tokens: the technique's formula over a model's sizes, nothing is run.
 * @throws RangeError if sizes are no integers, a parameter is out of its range, or the technique has no formula for the model.
 */
export function kvCacheBytes(sizes: CacheSizes, tokens: number, method: KvMethod = PLAIN): number {
  requireInteger("kvCacheBytes", "tokens", tokens, 0);
  checkSizes(sizes, "kvCacheBytes");
  const {technique, params = {}, evicted} = method;
  return tokens === 0
    ? 0
    : technique.bytes(evicted ? left(sizes, tokens, evicted) : sizes, tokens, params).kept;
}

function left(sizes: CacheSizes, tokens: number, {keepFraction, sinks}: NonNullable<KvMethod["evicted"]>) {
  requireFraction("kvCacheBytes", "keepFraction", keepFraction);
  requireInteger("kvCacheBytes", "sinks", sinks, 0);
  return evictedSizes(sizes, tokens, (held) => budgetOf(keepFraction, held) + sinks);
}

/** Bytes for each of `tokens` tokens, on average. @throws RangeError as {@link kvCacheBytes}. */
export function kvBytesPerToken(sizes: CacheSizes, tokens: number, method?: KvMethod): number {
  requireInteger("kvBytesPerToken", "tokens", tokens, 1);
  return kvCacheBytes(sizes, tokens, method) / tokens;
}

/**
 * The longest text that can be grown token by token in `bytes`, at most `limit` tokens. A cache shrinks whenever waiting
 * tokens are packed together: it was larger a token before, and that must fit too.
 * @throws RangeError as {@link kvCacheBytes}, or if bytes is negative or no number.
 */
export function largestContext(
  sizes: CacheSizes,
  bytes: number,
  method: KvMethod = PLAIN,
  limit = 2 ** 30,
): number {
  if (!(bytes >= 0)) throw new RangeError(`largestContext: bytes must be at least 0, got ${bytes}`);
  const {technique, params = {}, evicted} = method;
  const page = Math.ceil(technique.pageTokensOf(params) / (evicted?.keepFraction ?? 1));
  const fits = (tokens: number) => kvCacheBytes(sizes, tokens, method) <= bytes;
  // From the longest that fits by itself back to one that a whole page of lengths leads to.
  let led = 0;
  for (let tokens = lastTrue(0, limit + 1, fits); tokens > 0; tokens--) {
    led = fits(tokens) ? led + 1 : 0;
    if (led === page) return tokens + page - 1;
  }
  return led;
}

/** The last number for which a condition holds, from one for which it does to before one for which it does not. */
function lastTrue(from: number, before: number, isTrue: (value: number) => boolean): number {
  let [holds, fails] = [from, before];
  while (fails - holds > 1) {
    const middle = Math.floor((holds + fails) / 2);
    if (isTrue(middle)) holds = middle;
    else fails = middle;
  }
  return holds;
}
