import type {Site} from "../../engine/hooks.js";
import {requireInteger} from "../../tensor/require.js";

/**
 * The weights of a predictor for a model of width E with H heads and N layers; matrices are [out, in] as a checkpoint
 * has them. R is the reduced width, D the width of an importance key, I the hidden width.
 */
export interface TokenButlerWeights {
  /** [R, E] */
  readonly input: Float64Array;
  /** [R, R] each */
  readonly q: Float64Array;
  readonly k: Float64Array;
  readonly v: Float64Array;
  /** LayerNorm over R */
  readonly normWeight: Float64Array;
  readonly normBias: Float64Array;
  /** [2R, R] and [2R] */
  readonly up: Float64Array;
  readonly upBias: Float64Array;
  /** [E, 2R] and [E] */
  readonly down: Float64Array;
  readonly downBias: Float64Array;
  /** [I, E], then [N · H · D, I] */
  readonly queryHidden: Float64Array;
  readonly queryOut: Float64Array;
  readonly keyHidden: Float64Array;
  readonly keyOut: Float64Array;
}

/** Sizes of a predictor, in the paper's letters. */
export interface TokenButlerShape {
  /** E, of the model. */
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  /** D: values of an importance key. */
  readonly importanceDim: number;
  /** I */
  readonly hiddenDim: number;
  /** R, E / 8 in the paper; the predictor's own attention has `heads` heads in it. */
  readonly reducedDim: number;
}

/** Angles per token of the rotary embedding, for both widths that it rotates. */
export interface TokenButlerFrequencies {
  /** [R / H / 2] */
  readonly attention: Float64Array;
  /** [D / 2] */
  readonly importance: Float64Array;
}

/** A trained predictor and where it reads. */
export interface TokenButlerPredictor {
  readonly shape: TokenButlerShape;
  readonly weights: TokenButlerWeights;
  readonly frequencies: TokenButlerFrequencies;
  /** Input taken from layer 0: what enters its attention (the code), or its MLP, after attention (the figure). */
  readonly site: Extract<Site, "attention.input" | "mlp.input">;
}

/** True where something that was trained beside a model is a predictor of TokenButler. */
export const isTokenButlerPredictor = (trained: object): trained is TokenButlerPredictor =>
  "shape" in trained && "weights" in trained && "site" in trained;

/**
 * Checks that every array has its size.
 * @throws RangeError if a size is no integer of at least 1, or an array does not have its shape.
 */
export function checkPredictor(
  where: string,
  shape: TokenButlerShape,
  weights: TokenButlerWeights,
  {attention, importance}: TokenButlerFrequencies,
): void {
  for (const [name, size] of Object.entries(shape)) requireInteger(where, name, size, 1);
  const {width: E, heads: H, layers: N, importanceDim: D, hiddenDim: I, reducedDim: R} = shape;
  const lengths: Readonly<Record<string, readonly [Float64Array, number]>> = {
    input: [weights.input, R * E],
    q: [weights.q, R * R],
    k: [weights.k, R * R],
    v: [weights.v, R * R],
    normWeight: [weights.normWeight, R],
    normBias: [weights.normBias, R],
    up: [weights.up, 2 * R * R],
    upBias: [weights.upBias, 2 * R],
    down: [weights.down, 2 * R * E],
    downBias: [weights.downBias, E],
    queryHidden: [weights.queryHidden, I * E],
    queryOut: [weights.queryOut, N * H * D * I],
    keyHidden: [weights.keyHidden, I * E],
    keyOut: [weights.keyOut, N * H * D * I],
    "frequencies.attention": [attention, R / H / 2],
    "frequencies.importance": [importance, D / 2],
  };
  for (const [name, [array, length]] of Object.entries(lengths)) {
    if (array.length === length) continue;
    throw new RangeError(`${where}: ${name} must hold ${length} values, got ${array.length}`);
  }
}
