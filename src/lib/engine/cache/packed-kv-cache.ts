/** A KV cache that holds packed numbers: every token's keys and values in a number format. */

import {type Format, type Packed, packedBytes} from "../../formats/format.js";
import type {DecoderConfig} from "../decoder/config.js";
import {checkTruncate, type KvCache} from "./kv-cache.js";

/** A cache that counts what it holds. */
export interface PackedKvCache extends KvCache {
  /** Bytes of all packed keys and values, scales included. */
  bytes(): number;
}

interface PackedToken {
  readonly position: number;
  readonly keys: Packed;
  readonly values: Packed;
}

/**
 * Packs each token's keys [kvHeads, headDim], after rotary, and values on their own, so that what a token becomes does not
 * depend on how many come at once, and drops the floats. Reading unpacks the layer. Formats with blocks block headDim.
 * @throws RangeError (append) if the format cannot say a value.
 */
export function packedKvCache({layers, kvHeads, headDim}: DecoderConfig, format: Format): PackedKvCache {
  const width = kvHeads * headDim;
  const rows: PackedToken[][] = Array.from({length: layers}, () => []);
  const pack = (x: Float32Array, t: number) =>
    format.encode({shape: [kvHeads, headDim], data: x.slice(t * width, (t + 1) * width)});
  const unpack = (packed: readonly Packed[]): Float32Array => {
    const data = new Float32Array(packed.length * width);
    packed.forEach((token, t) => {
      data.set(format.decode(token).data, t * width);
    });
    return data;
  };
  return {
    length: 0,
    append(layer, keys, values, positions) {
      positions.forEach((position, t) => {
        rows[layer].push({position, keys: pack(keys, t), values: pack(values, t)});
      });
    },
    read(layer) {
      const tokens = rows[layer];
      return {
        keys: unpack(tokens.map(({keys}) => keys)),
        values: unpack(tokens.map(({values}) => values)),
        positions: Int32Array.from(tokens, ({position}) => position),
      };
    },
    truncate(length) {
      checkTruncate(this.length, length);
      this.length = length;
      for (const tokens of rows) while ((tokens.at(-1)?.position ?? -1) >= length) tokens.pop();
    },
    bytes: () =>
      rows.flat().reduce((sum, {keys, values}) => sum + packedBytes(keys) + packedBytes(values), 0),
  };
}
