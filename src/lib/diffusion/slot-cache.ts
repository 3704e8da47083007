import type {KvCache} from "../engine/cache/kv-cache.js";
import type {DecoderConfig} from "../engine/decoder/config.js";

/** A cache with a place for each position of a text, where later keys and values replace earlier ones. */
export interface SlotCache extends KvCache {
  /** Keys after rotary and values of a layer, row-major [tokens, kvHeads · headDim]; views. */
  rows(layer: number): {readonly keys: Float32Array; readonly values: Float32Array};
}

/**
 * A slot cache for a text of `tokens`: what is appended at positions goes to their places. `length` says where the next pass
 * begins; whoever feeds a text anew from a place sets it first.
 */
export function slotCache({layers, kvHeads, headDim}: DecoderConfig, tokens: number): SlotCache {
  const width = kvHeads * headDim;
  const slots = Array.from({length: layers}, () => ({
    keys: new Float32Array(tokens * width),
    values: new Float32Array(tokens * width),
    filled: 0,
  }));
  const everywhere = Int32Array.from({length: tokens}, (_, position) => position);
  return {
    length: 0,
    append(layer, keys, values, positions) {
      const slot = slots[layer];
      const [first, last] = [positions[0], positions[positions.length - 1]];
      if (first > slot.filled || last >= tokens) {
        throw new RangeError(
          `slotCache: positions must go on from at most ${slot.filled} and end before ${tokens}, got ${first} to ${last}`,
        );
      }
      slot.keys.set(keys, first * width);
      slot.values.set(values, first * width);
      slot.filled = Math.max(slot.filled, last + 1);
    },
    read(layer) {
      const {keys, values, filled} = slots[layer];
      return {
        keys: keys.subarray(0, filled * width),
        values: values.subarray(0, filled * width),
        positions: everywhere.subarray(0, filled),
      };
    },
    rows: (layer) => slots[layer],
    truncate(length) {
      this.length = length;
    },
  };
}
