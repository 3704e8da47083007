import {type BudgetOptions, budgetMask} from "../attention/budget-mask.js";
import {forEachRow, type KeyMask, type Queries} from "../attention/selection.js";
import {
  layerImportance,
  predictImportance,
  type TokenButlerFrequencies,
  type TokenButlerPrediction,
  type TokenButlerShape,
  type TokenButlerWeights,
} from "../attention/tokenbutler.js";
import type {AttentionCall} from "./attention.js";
import type {Hooks, Site} from "./hooks.js";

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

export interface TokenButlerHookOptions extends BudgetOptions, SelectionOptions {
  /** What the predictor reads in layer 0: what enters its attention (the code), or its MLP, after attention (the figure). */
  readonly site?: Extract<Site, "attention.input" | "mlp.input">;
}

/**
 * Hooks that keep the keys TokenButler's predictor asks for. A pass must be a whole text.
 * @throws RangeError (in the pass) as {@link predictImportance}, or if the pass follows earlier tokens.
 */
export function tokenButlerHooks(
  shape: TokenButlerShape,
  weights: TokenButlerWeights,
  frequencies: TokenButlerFrequencies,
  {site = "attention.input", denseLayers = 1, ...budget}: TokenButlerHookOptions,
): Hooks {
  let prediction: TokenButlerPrediction | undefined;
  const select = ({keys, kvHeads, headDim}: Queries, layer: number): KeyMask => {
    const L = keys.length / (kvHeads * headDim);
    if (prediction?.tokens !== L) {
      throw new RangeError(
        `tokenButlerHooks: a pass must hold its whole text, ${L} tokens, got ${prediction?.tokens ?? 0}`,
      );
    }
    return budgetMask(layerImportance(prediction, layer), budget);
  };
  return {
    ...selectionHooks(select, {denseLayers: Math.max(1, denseLayers)}),
    tensor(at, layer, x) {
      if (at === site && layer === 0) {
        prediction = predictImportance(Float64Array.from(x), shape, weights, frequencies);
      }
      return undefined;
    },
  };
}
