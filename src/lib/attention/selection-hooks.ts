import type {AttentionCall} from "../engine/attention.js";
import {withMask} from "../engine/cache/stored-kv.js";
import type {Hooks} from "../engine/hooks.js";
import {forEachRow, type KeyMask, type Queries, requireAllInView} from "./selection.js";

/** Options of selection in a pass over a text. */
export interface SelectionOptions {
  /** First layers that see every key; 1 in TokenButler's protocol, 2 in Quest's. */
  readonly denseLayers?: number;
}

/**
 * Hooks that let each query of each head see the keys that `select` keeps: TokenButler's evaluation frame, a whole text in
 * one pass, every query as if it were being decoded. Where everything is kept, attention is called as without hooks.
 * (arXiv:2503.07518, section 4)
 * @throws RangeError (in the pass) if a layer has a sliding window that hides keys.
 */
export function selectionHooks(
  select: (queries: Queries, layer: number) => KeyMask,
  {denseLayers = 1}: SelectionOptions = {},
): Hooks {
  return {
    attention(call: AttentionCall, plain) {
      if (call.layer < denseLayers) return plain(call);
      requireAllInView("selectionHooks", call);
      const mask = select(call, call.layer);
      return keepsAll(mask) ? plain(call) : plain(withMask(call, mask.data));
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
