import {kiviBitsPerValue} from "./kivi.js";
import {requireInteger} from "./require.js";
import {xkvStoredElements} from "./xkv-ratio.js";

/** What decides the size of a published model's cache; plain numbers, as a config.json has them. */
export interface KvModel {
  /** Width of the keys of each layer that caches, kvHeads · headDim; a layer may differ from the next. */
  readonly widths: readonly number[];
  /** Tokens that each layer holds at most (sliding window); null: all. By default all hold all. */
  readonly windows?: readonly (number | null)[];
  /** Latent attention caches these for a token and layer instead of keys and values. */
  readonly latent?: {readonly latentDim: number; readonly ropeDim: number};
}

/** How a cache is kept. Numbers not said otherwise are 16 bits. */
export type KvMethod =
  | {readonly kind: "plain"; readonly bits?: number}
  | {readonly kind: "kivi"; readonly bits: number; readonly groupSize: number; readonly residual: number}
  | {readonly kind: "xkv"; readonly groupSize: number; readonly rankK: number; readonly rankV: number}
  | {readonly kind: "evict"; readonly keepFraction: number; readonly sinks?: number};

/**
 * Bytes of the cache of one text of `tokens` tokens: a formula over the sizes, nothing is run.
 * @throws RangeError if sizes are no integers, or the method has no formula for the model.
 */
export function kvCacheBytes(model: KvModel, tokens: number, method: KvMethod = {kind: "plain"}): number {
  requireInteger("kvCacheBytes", "tokens", tokens, 0);
  if (tokens === 0) return 0;
  if (method.kind === "xkv") return xkvBytes(model, tokens, method);
  return model.widths.reduce((sum, width, layer) => {
    const held = Math.min(tokens, model.windows?.[layer] ?? tokens);
    const values = model.latent ? model.latent.latentDim + model.latent.ropeDim : 2 * width;
    return sum + layerBytes(held, values, method);
  }, 0);
}

function layerBytes(held: number, values: number, method: Exclude<KvMethod, {kind: "xkv"}>): number {
  switch (method.kind) {
    case "plain":
      return (held * values * (method.bits ?? 16)) / 8;
    case "evict": {
      const kept = Math.min(held, Math.ceil(held * method.keepFraction) + (method.sinks ?? 0));
      return kept * values * 2;
    }
    case "kivi": {
      const {bits, groupSize, residual} = method;
      // Keys wait for a whole residual, values always keep one.
      const keysWhole = held % residual;
      const valuesWhole = Math.min(held, residual);
      const whole = ((keysWhole + valuesWhole) * values) / 2;
      const coded = ((2 * held - keysWhole - valuesWhole) * values) / 2;
      return whole * 2 + (coded * kiviBitsPerValue({bits, groupSize})) / 8;
    }
  }
}

function xkvBytes(
  {widths, windows, latent}: KvModel,
  tokens: number,
  {groupSize, rankK, rankV}: Extract<KvMethod, {kind: "xkv"}>,
): number {
  const [width, ...others] = widths;
  if (width === undefined || others.some((other) => other !== width)) {
    throw new RangeError(`kvCacheBytes: xkv must have layers of one width, got ${widths.join(", ")}`);
  }
  if (windows?.some((window) => window !== null && window < tokens)) {
    throw new RangeError("kvCacheBytes: xkv must have layers that hold every token, got a sliding window");
  }
  const layers = widths.length;
  if (latent === undefined) {
    return 2 * xkvStoredElements({layers, width, tokens, groupSize, rankK, rankV});
  }
  const {latentDim, ropeDim} = latent;
  const groups = Math.ceil(layers / groupSize);
  return 2 * (groups * tokens * rankK + layers * rankK * latentDim + layers * tokens * ropeDim);
}

/** Bytes for each of `tokens` tokens, on average. @throws RangeError as {@link kvCacheBytes}. */
export function kvBytesPerToken(model: KvModel, tokens: number, method?: KvMethod): number {
  requireInteger("kvBytesPerToken", "tokens", tokens, 1);
  return kvCacheBytes(model, tokens, method) / tokens;
}

/** The most that a text of up to `tokens` tokens takes: KIVI's cache shrinks whenever waiting keys go into codes. */
function peakBytes(model: KvModel, tokens: number, method: KvMethod | undefined): number {
  const now = kvCacheBytes(model, tokens, method);
  if (method?.kind !== "kivi") return now;
  return Math.max(now, kvCacheBytes(model, Math.max(0, tokens - (tokens % method.residual) - 1), method));
}

/**
 * The longest text that can be grown token by token in `bytes`, at most `limit` tokens.
 * @throws RangeError as {@link kvCacheBytes}, or if bytes is negative.
 */
export function largestContext(model: KvModel, bytes: number, method?: KvMethod, limit = 2 ** 30): number {
  if (!(bytes >= 0)) throw new RangeError(`largestContext: bytes must be at least 0, got ${bytes}`);
  let [fits, tooLong] = [0, limit + 1];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (peakBytes(model, middle, method) <= bytes) fits = middle;
    else tooLong = middle;
  }
  return fits;
}
