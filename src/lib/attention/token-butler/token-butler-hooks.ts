import type {Hooks} from "../../engine/hooks.js";
import {type BudgetOptions, budgetMask} from "../budget-mask.js";
import {type KeyMask, type Queries, selectionShape} from "../selection.js";
import {type SelectionOptions, selectionHooks} from "../selection-hooks.js";
import {importanceStream, layerImportance, type TokenButlerPrediction} from "./token-butler.js";
import type {TokenButlerPredictor} from "./token-butler-weights.js";

/** Hooks with a predictor that keeps a small cache of its own beside the model's. */
export interface TokenButlerHooks extends Hooks {
  /** Bytes that the predictor stores for the first `tokens` of the text; it forgets those after them. */
  predictorBytes(tokens: number): number;
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
    predictorBytes(tokens) {
      stream.truncate(tokens);
      return stream.bytes();
    },
  };
}
