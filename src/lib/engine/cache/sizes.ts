import type {DecoderConfig} from "../decoder/config.js";

/** Sizes that decide what a model's cache takes: plain numbers, of a published config.json or of a decoder that runs. */
export interface CacheSizes {
  /** Width of the keys of each layer that caches, kvHeads · headDim; a layer may differ from the next. */
  readonly widths: readonly number[];
  /** Tokens that each layer holds at most (sliding window); null: all. By default all hold all. */
  readonly windows?: readonly (number | null)[];
  /** Of one key or value head. */
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

/** Tokens of a text of `tokens` that a layer holds. */
export function heldTokens({windows}: CacheSizes, layer: number, tokens: number): number {
  return Math.min(tokens, windows?.[layer] ?? tokens);
}
