import type {AttentionCall} from "../engine/attention.js";
import type {Hooks, Site} from "../engine/hooks.js";
import {type BudgetOptions, budgetMask} from "./budget-mask.js";
import {forEachRow, type KeyMask, type Queries, selectionShape} from "./selection.js";
import {
  importanceStream,
  layerImportance,
  type TokenButlerFrequencies,
  type TokenButlerPrediction,
  type TokenButlerShape,
  type TokenButlerWeights,
} from "./token-butler/token-butler.js";

export interface SelectionOptions {
  /** First layers that see every key; 1 in TokenButler's protocol, 2 in Quest's. */
  readonly denseLayers?: number;
}

/**
 * Hooks that let each query of each head see the keys that `select` keeps: TokenButler's evaluation frame, a whole text in
 * one pass, every query as if it were being decoded. Where everything is kept, attention is called as without hooks.
 * (arXiv:2503.07518, section 4)
 */
export function selectionHooks(
  select: (queries: Queries, layer: number) => KeyMask,
  {denseLayers = 1}: SelectionOptions = {},
): Hooks {
  return {
    attention(call: AttentionCall, plain) {
      if (call.layer < denseLayers) return plain(call);
      const mask = select(call, call.layer);
      return keepsAll(mask) ? plain(call) : plain({...call, mask: mask.data});
    },
  };
}

function keepsAll(mask: KeyMask): boolean {
  let isWhole = true;
  forEachRow(mask, (_h, _i, start, visible) => {
    isWhole &&= !mask.data.subarray(start, start + visible).includes(0);
  });
  return isWhole;
}

/** A trained predictor and where it reads. */
export interface TokenButlerPredictor {
  readonly shape: TokenButlerShape;
  readonly weights: TokenButlerWeights;
  readonly frequencies: TokenButlerFrequencies;
  /** What it reads of layer 0: what enters its attention (the code), or its MLP, after attention (the figure). */
  readonly site: Extract<Site, "attention.input" | "mlp.input">;
}

/** Hooks with a predictor that keeps a small cache of its own beside the model's. */
export interface TokenButlerHooks extends Hooks {
  /** What the predictor stores for the tokens so far. */
  predictorBytes(): number;
}

/**
 * Hooks that keep the keys TokenButler's predictor asks for: in one pass over a whole text, or pass by pass after a cache
 * that holds every token. A pass that follows fewer tokens than the predictor knows takes the others back, so a new
 * text may begin at any time.
 * @throws RangeError as {@link importanceStream}; in the pass if it follows tokens that the predictor has not seen.
 */
export function tokenButlerHooks(
  {shape, weights, frequencies, site}: TokenButlerPredictor,
  {denseLayers = 1, ...budget}: BudgetOptions & SelectionOptions,
): TokenButlerHooks {
  const stream = importanceStream(shape, weights, frequencies);
  // Layer 0 says what the tokens are, a later layer's cache how many there were before them.
  let hidden: Float32Array | undefined;
  let prediction: TokenButlerPrediction | undefined;
  const select = (queries: Queries, layer: number): KeyMask => {
    if (hidden !== undefined) {
      const {queries: T, keys: L} = selectionShape("tokenButlerHooks", queries);
      if (stream.tokens < L - T) {
        throw new RangeError(
          `tokenButlerHooks: the predictor must have seen the ${L - T} tokens before the pass, got ${stream.tokens}. Begin with the text.`,
        );
      }
      stream.truncate(L - T);
      prediction = stream.push(Float64Array.from(hidden));
      hidden = undefined;
    }
    return budgetMask(layerImportance(prediction!, layer), budget);
  };
  return {
    ...selectionHooks(select, {denseLayers: Math.max(1, denseLayers)}),
    tensor(at, layer, x) {
      if (at === site && layer === 0) hidden = x.slice();
      return undefined;
    },
    predictorBytes: () => stream.bytes(),
  };
}
