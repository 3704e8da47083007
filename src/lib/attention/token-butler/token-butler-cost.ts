import type {TokenButlerShape} from "./token-butler.js";

/**
 * Parameters of a predictor. The released checkpoints carry a second LayerNorm that nothing uses; its 2E count as the
 * paper counts them unless `withUnusedNorm` is false. (arXiv:2503.07518, table 1)
 */
export function tokenButlerParameters(shape: TokenButlerShape, {withUnusedNorm = true} = {}): number {
  const {width: E, heads: H, layers: N, importanceDim: D, hiddenDim: I, reducedDim: R} = shape;
  const attention = E * R + 3 * R * R + 2 * R;
  const feedForward = 2 * R * R + 2 * R + 2 * R * E + E;
  const heads = 2 * (E * I + I * N * H * D);
  return attention + feedForward + heads + (withUnusedNorm ? 2 * E : 0);
}

/** Share of all parameters that are the predictor's: predictor / (model + predictor). */
export function tokenButlerOverhead(predictorParameters: number, modelParameters: number): number {
  return predictorParameters / (modelParameters + predictorParameters);
}

/** Cost of a predictor for each decoded token. */
export interface TokenButlerDecodeCost {
  /** Multiplications and additions: twice the parameters, and scoring L keys in every layer but the first. */
  readonly flops: number;
  /** Importance keys held for each token, in values; keys and values of the model are 2 · layers · kvHeads · headDim. */
  readonly cacheValuesPerToken: number;
  /** Importance keys that one token reads, in values. */
  readonly valuesRead: number;
}

/** The cost of a decoded token with L tokens before it. Derived from the architecture. */
export function tokenButlerDecodeCost(shape: TokenButlerShape, L: number): TokenButlerDecodeCost {
  const {heads, layers, importanceDim} = shape;
  const scored = heads * (layers - 1) * importanceDim;
  return {
    flops: 2 * tokenButlerParameters(shape, {withUnusedNorm: false}) + 2 * scored * L,
    cacheValuesPerToken: layers * heads * importanceDim,
    valuesRead: scored * L,
  };
}
