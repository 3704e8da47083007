/** Inputs of attention in every layer of a pass, whatever hooks chose its keys. */

import {forEachRow, type KeyMask, type Queries, selectionShape} from "../../attention/selection.js";
import type {TokenButlerPredictor} from "../../attention/token-butler/token-butler-weights.js";
import type {AttentionCall} from "../../engine/attention.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {Hooks} from "../../engine/hooks.js";
import type {Tensor} from "../../tensor/tensor.js";

/** A layer as attention met it. */
export interface MetLayer {
  readonly layer: number;
  readonly queries: Queries;
  /** The keys that each query was shown. */
  readonly mask: KeyMask;
  /** Hidden states of layer 0 in the same pass, [T, width]: what TokenButler's predictor may read. */
  readonly hidden: Readonly<Record<TokenButlerPredictor["site"], Float32Array>>;
}

/** A pass over a whole text. */
export interface MetPass {
  /** [T, vocab] */
  readonly logits: Tensor;
  /** In the order of the layers. */
  readonly layers: readonly MetLayer[];
}

/**
 * Runs a text from its start and keeps what every layer's attention was given.
 * @throws RangeError as {@link forward}.
 */
export function meetLayers(model: Decoder, ids: readonly number[], hooks: Hooks = {}): MetPass {
  const hidden = {"attention.input": new Float32Array(0), "mlp.input": new Float32Array(0)};
  const layers: MetLayer[] = [];
  const logits = forward(model, ids, {
    hooks: {
      ...hooks,
      tensor(site, layer, x, rows) {
        if (layer === 0 && (site === "attention.input" || site === "mlp.input")) hidden[site] = x.slice();
        return hooks.tensor?.(site, layer, x, rows);
      },
      attention(call, plain) {
        const watched = (changed: AttentionCall) => {
          layers[changed.layer] = {layer: changed.layer, queries: changed, mask: maskOf(changed), hidden};
          return plain(changed);
        };
        return hooks.attention?.(call, watched) ?? watched(call);
      },
    },
  });
  return {logits, layers};
}

/** The mask of a call; where it has none, everything up to each query. */
function maskOf(call: AttentionCall): KeyMask {
  const shape = selectionShape("meetLayers", call);
  if (call.mask !== undefined) return {...shape, data: call.mask};
  const data = new Uint8Array(shape.heads * shape.queries * shape.keys);
  forEachRow(shape, (_h, _i, start, visible) => data.fill(1, start, start + visible));
  return {...shape, data};
}
