import {requireInteger} from "../tensor/require.js";
import {cskvMemoryRatio} from "./cskv/cskv.js";
import {kiviBitsPerValue} from "./kivi/kivi.js";

/** What decides the size of a published model's cache; plain numbers, as a config.json has them. */
export interface KvModel {
  /** Width of the keys of each layer that caches, kvHeads · headDim; a layer may differ from the next. */
  readonly widths: readonly number[];
  /** Tokens that each layer holds at most (sliding window); null: all. By default all hold all. */
  readonly windows?: readonly (number | null)[];
  /** Of one key or value head. */
  readonly headDim?: number;
  /** Latent attention caches these for a token and layer instead of keys and values. */
  readonly latent?: {
    readonly latentDim: number;
    readonly ropeDim: number;
    /** Numbers for a token and layer if keys and values of every head were cached. */
    readonly explicitWidth?: number;
  };
}

/** Every number as it is, in so many bits, scales included; 16 by default. */
export interface PlainMethod {
  readonly kind: "plain";
  readonly bits?: number;
}

/** Codes with scale and minimum a group, the newest tokens in 16 bits. */
export interface KiviMethod {
  readonly kind: "kivi";
  readonly bits: number;
  readonly groupSize: number;
  readonly residual: number;
}

/** Layers in groups, each with one basis of the text; `bits` of a number of basis and factors. */
export interface XkvMethod {
  readonly kind: "xkv";
  readonly groupSize: number;
  /** Of a group's keys, or of its latents; 0 leaves keys as they are. */
  readonly rankK: number;
  readonly rankV: number;
  readonly bits?: number;
}

/** Pairs of layers from `first` on share directions; `keptFraction` of the rows stay. */
export interface MiniCacheMethod {
  readonly kind: "minicache";
  readonly first: number;
  readonly keptFraction: number;
  readonly bits?: number;
}

/** `rank` features for keys and as many for values of all but the newest tokens. */
export interface CskvMethod {
  readonly kind: "cskv";
  readonly rank: number;
  readonly window: number;
  /** Of a feature, scales included. */
  readonly bits?: number;
}

/** A share of the tokens and the first `sinks`, stored in one of two ways. */
export interface EvictMethod {
  readonly kind: "evict";
  readonly keepFraction: number;
  readonly sinks?: number;
  readonly store?: PlainMethod | KiviMethod;
}

/** Latents multiplied out: what the model would cache without them. */
export interface ExplicitMethod {
  readonly kind: "explicit";
}

/** How a cache is kept. Numbers not said otherwise are 16 bits. */
export type KvMethod =
  | PlainMethod
  | KiviMethod
  | XkvMethod
  | MiniCacheMethod
  | CskvMethod
  | EvictMethod
  | ExplicitMethod;

/**
 * Bytes of the cache of one text of `tokens` tokens: a formula over the sizes, nothing is run.
 * @throws RangeError if sizes are no integers, or the method has no formula for the model.
 */
export function kvCacheBytes(model: KvModel, tokens: number, method: KvMethod = {kind: "plain"}): number {
  requireInteger("kvCacheBytes", "tokens", tokens, 0);
  return tokens === 0 ? 0 : bytesOf(model, tokens, method, (bytes, held) => bytes(held));
}

/** The bytes of a number of tokens, or the most that any number up to it takes. */
type Taken = (bytes: (held: number) => number, held: number, residual: number) => number;

function bytesOf(model: KvModel, tokens: number, method: KvMethod, taken: Taken): number {
  switch (method.kind) {
    case "xkv":
      return xkvBytes(model, tokens, method);
    case "minicache":
      return miniCacheBytes(model, tokens, method);
    case "cskv":
      return cskvBytes(model, tokens, method);
    case "explicit":
      return explicitBytes(model, tokens);
    case "evict": {
      const {keepFraction, sinks = 0, store = {kind: "plain"}} = method;
      return layerBytes(model, store, taken, (layer) => {
        const held = heldTokens(model, layer, tokens);
        return Math.min(held, Math.ceil(held * keepFraction) + sinks);
      });
    }
    default:
      return layerBytes(model, method, taken, (layer) => heldTokens(model, layer, tokens));
  }
}

function heldTokens({windows}: KvModel, layer: number, tokens: number): number {
  return Math.min(tokens, windows?.[layer] ?? tokens);
}

function layerBytes(
  model: KvModel,
  store: PlainMethod | KiviMethod,
  taken: Taken,
  heldBy: (layer: number) => number,
): number {
  const {widths, latent} = model;
  if (store.kind === "kivi") requireKeysAndValues("kivi", model);
  return widths.reduce((sum, width, layer) => {
    const values = latent ? latent.latentDim + latent.ropeDim : 2 * width;
    if (store.kind === "plain") return sum + (heldBy(layer) * values * (store.bits ?? 16)) / 8;
    return sum + taken((held) => kiviBytes(held, values, store), heldBy(layer), store.residual);
  }, 0);
}

/** Keys wait for a whole residual, values always keep one. */
function kiviBytes(held: number, values: number, {bits, groupSize, residual}: KiviMethod): number {
  const whole = (((held % residual) + Math.min(held, residual)) * values) / 2;
  return whole * 2 + ((held * values - whole) * kiviBitsPerValue({bits, groupSize})) / 8;
}

/** Factors that would take more room than what they stand for are not used. (xKV, arXiv:2503.18893, section 4.2) */
function xkvBytes(model: KvModel, tokens: number, {groupSize, rankK, rankV, bits = 16}: XkvMethod): number {
  requireInteger("kvCacheBytes", "groupSize", groupSize, 1);
  for (const rank of [rankK, rankV]) requireInteger("kvCacheBytes", "rank", rank, 0);
  const {latent} = model;
  const width = latent?.latentDim ?? oneWidth("xkv", model);
  requireAllTokens("xkv", model, tokens);
  const layers = model.widths.length;
  const side = (rank: number) => {
    let numbers = 0;
    for (let first = 0; first < layers; first += groupSize) {
      const columns = Math.min(groupSize, layers - first) * width;
      const whole = tokens * columns;
      numbers += rank === 0 ? whole : Math.min(whole, rank * (tokens + columns));
    }
    return numbers;
  };
  // The rotated key of latent attention stays as it is.
  const numbers = latent ? side(rankK) + layers * tokens * latent.ropeDim : side(rankK) + side(rankV);
  return (numbers * bits) / 8;
}

/** A bit a row, and for a merged row of two layers a direction and two lengths. (arXiv:2405.14366, section 4) */
function miniCacheBytes(
  model: KvModel,
  tokens: number,
  {first, keptFraction, bits = 16}: MiniCacheMethod,
): number {
  const width = oneWidth("minicache", model);
  requireKeysAndValues("minicache", model);
  requireAllTokens("minicache", model, tokens);
  const {headDim = width} = model;
  const layers = model.widths.length;
  const pairs = Math.floor(Math.max(0, layers - first) / 2);
  const rows = (tokens * width) / headDim;
  const kept = Math.ceil(rows * keptFraction);
  const pair = (rows - kept) * (headDim * bits + 2 * 16) + kept * 2 * headDim * bits + rows;
  return (2 * (pairs * pair + (layers - 2 * pairs) * tokens * width * bits)) / 8;
}

function cskvBytes(model: KvModel, tokens: number, {rank, window, bits = 16}: CskvMethod): number {
  requireKeysAndValues("cskv", model);
  return model.widths.reduce((sum, width, layer) => {
    const held = heldTokens(model, layer, tokens);
    return sum + 2 * 2 * held * width * cskvMemoryRatio({tokens: held, window, width, rank, bits});
  }, 0);
}

function explicitBytes({widths, latent}: KvModel, tokens: number): number {
  if (latent?.explicitWidth === undefined) {
    throw new RangeError("kvCacheBytes: explicit must have latents and their explicitWidth, got none");
  }
  return widths.length * tokens * latent.explicitWidth * 2;
}

function oneWidth(method: string, {widths}: KvModel): number {
  const [width, ...others] = widths;
  if (width !== undefined && others.every((other) => other === width)) return width;
  throw new RangeError(`kvCacheBytes: ${method} must have layers of one width, got ${widths.join(", ")}`);
}

function requireAllTokens(method: string, {windows}: KvModel, tokens: number): void {
  if (!windows?.some((window) => window !== null && window < tokens)) return;
  throw new RangeError(
    `kvCacheBytes: ${method} must have layers that hold every token, got a sliding window`,
  );
}

function requireKeysAndValues(method: string, {latent}: KvModel): void {
  if (latent === undefined) return;
  throw new RangeError(`kvCacheBytes: ${method} must have keys and values, got latents`);
}

/** Bytes for each of `tokens` tokens, on average. @throws RangeError as {@link kvCacheBytes}. */
export function kvBytesPerToken(model: KvModel, tokens: number, method?: KvMethod): number {
  requireInteger("kvBytesPerToken", "tokens", tokens, 1);
  return kvCacheBytes(model, tokens, method) / tokens;
}

/** KIVI's cache shrinks whenever waiting keys go into codes: it was larger a token before. */
const most: Taken = (bytes, held, residual) =>
  Math.max(bytes(held), bytes(Math.max(0, held - (held % residual) - 1)));

/**
 * The longest text that can be grown token by token in `bytes`, at most `limit` tokens.
 * @throws RangeError as {@link kvCacheBytes}, or if bytes is negative.
 */
export function largestContext(
  model: KvModel,
  bytes: number,
  method: KvMethod = {kind: "plain"},
  limit = 2 ** 30,
): number {
  if (!(bytes >= 0)) throw new RangeError(`largestContext: bytes must be at least 0, got ${bytes}`);
  let [fits, tooLong] = [0, limit + 1];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (bytesOf(model, middle, method, most) <= bytes) fits = middle;
    else tooLong = middle;
  }
  return fits;
}
