import {requireInteger, requireLength} from "../../tensor/require.js";
import type {DecoderConfig} from "../decoder/config.js";

/** Sizes that decide what a model's cache takes: plain numbers, of a published config.json or of a decoder that runs. */
export interface CacheSizes {
  /** Width of the keys of each layer that caches, kvHeads · headDim; a layer may differ from the next. */
  readonly widths: readonly number[];
  /** Tokens that each layer holds at most (sliding window); null: all. By default all hold all. */
  readonly windows?: readonly (number | null)[];
  /** Of one key or value head; by default a layer is one head. */
  readonly headDim?: number;
  /** Query heads; as many as key heads by default. */
  readonly heads?: number;
  /** Latent attention caches these for a token and layer instead of keys and values. */
  readonly latent?: {
    readonly latentDim: number;
    readonly ropeDim: number;
    /** Numbers for a token and layer if keys and values of every head were cached. */
    readonly explicitWidth?: number;
  };
  /** Trained beside the model; the technique that reads it knows its kind. */
  readonly predictor?: object;
}

/** Sizes of a decoder whose layers all hold every token. */
export function decoderSizes({layers, heads, kvHeads, headDim}: DecoderConfig): CacheSizes {
  return {widths: new Array<number>(layers).fill(kvHeads * headDim), heads, headDim};
}

/**
 * @throws RangeError unless widths and windows are integers of at least 0, a window for each width where there are any, and
 * all other sizes integers of at least 1; the rotated part of a latent may be 0.
 */
export function checkSizes(sizes: CacheSizes, where = "cacheBytes"): void {
  const {widths, windows, headDim, heads, latent} = sizes;
  for (const width of widths) requireInteger(where, "widths", width, 0);
  if (windows !== undefined) requireLength(where, "windows", windows, widths.length);
  for (const window of windows ?? []) if (window !== null) requireInteger(where, "windows", window, 0);
  for (const [name, size] of Object.entries({headDim, heads, explicitWidth: latent?.explicitWidth})) {
    if (size !== undefined) requireInteger(where, name, size, 1);
  }
  if (latent === undefined) return;
  requireInteger(where, "latentDim", latent.latentDim, 1);
  requireInteger(where, "ropeDim", latent.ropeDim, 0);
}

/** @throws RangeError as {@link checkSizes}, or unless `tokens` is an integer of at least 0. */
export function checkText(where: string, sizes: CacheSizes, tokens: number): void {
  checkSizes(sizes, where);
  requireInteger(where, "tokens", tokens, 0);
}

/** Tokens of a text of `tokens` that a layer holds. */
export function heldTokens({windows}: CacheSizes, layer: number, tokens: number): number {
  return Math.min(tokens, windows?.[layer] ?? tokens);
}

/** Key heads of a layer of a width, and the numbers of each. */
export function headsOf({headDim}: CacheSizes, width: number): readonly [heads: number, dim: number] {
  return headDim === undefined || headDim > width ? [1, width] : [width / headDim, headDim];
}

/** The width of all layers. @throws RangeError if they differ. */
export function oneWidth(method: string, {widths}: CacheSizes): number {
  const [width, ...others] = widths;
  if (width !== undefined && others.every((other) => other === width)) return width;
  throw new RangeError(`cacheBytes: ${method} must have layers of one width, got ${widths.join(", ")}`);
}

/** @throws RangeError if a layer forgets tokens of so long a text. */
export function requireAllTokens(method: string, {windows}: CacheSizes, tokens: number): void {
  if (!windows?.some((window) => window !== null && window < tokens)) return;
  throw new RangeError(`cacheBytes: ${method} must have layers that hold every token, got a sliding window`);
}

/** @throws RangeError if the model caches latents. */
export function requireKeysAndValues(method: string, {latent}: CacheSizes): void {
  if (latent === undefined) return;
  throw new RangeError(`cacheBytes: ${method} must have keys and values, got latents`);
}

/**
 * Sizes of what is left of a text of `tokens` tokens when every layer keeps so many of those it holds: a formula of bytes
 * then counts the cache of the tokens that stay.
 */
export function evictedSizes(sizes: CacheSizes, tokens: number, kept: (held: number) => number): CacheSizes {
  const windows = sizes.widths.map((_, layer) => {
    const held = heldTokens(sizes, layer, tokens);
    return Math.min(held, kept(held));
  });
  return {...sizes, windows};
}
