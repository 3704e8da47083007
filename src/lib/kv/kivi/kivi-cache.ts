import type {KvStore} from "../../engine/cache/kv-store.js";
import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {
  concat,
  type StoredCacheOptions,
  storedCache,
  type UnpackOptions,
  unpackedOnce,
} from "../../engine/cache/stored-cache.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {fp16} from "../../formats/float/float.js";
import {type Format, type Packed, packedBytes} from "../../formats/format.js";
import {
  type KiviAxis,
  type KiviBlock,
  type KiviOptions,
  kiviBytes,
  kiviDequantize,
  kiviQuantize,
} from "./kivi.js";

/** Options of KIVI's cache. */
export interface KiviCacheOptions extends KiviOptions, UnpackOptions, Pick<StoredCacheOptions, "own"> {
  /** Newest tokens that stay out of the codes; a multiple of groupSize. */
  readonly residual?: number;
  /** Storage of those tokens. */
  readonly residualFormat?: Format;
  /** Along what keys are grouped; `channels`, per token as values, is what outlier channels destroy. */
  readonly keyAxis?: KiviAxis;
}

/** Keys or values of one layer: tokens in codes, and the newest ones packed one by one. */
interface Rows {
  readonly blocks: KiviBlock[];
  tail: readonly Packed[];
}

/**
 * KIVI: keys per channel and values per token in a few bits, the newest tokens whole. Keys go into codes `residual` at a
 * time; a value goes when `residual` newer ones have come. Keys are kept after rotary. (arXiv:2402.02750, section 3.3)
 * @throws RangeError if residual is no positive multiple of groupSize; an option is checked with the first token.
 */
export function kiviCache(
  {layers, kvHeads, headDim}: DecoderConfig,
  options: KiviCacheOptions = {},
): PackedKvCache {
  const {groupSize = 32, residual = 32, residualFormat = fp16, keyAxis = "tokens", own = "exact"} = options;
  if (!Number.isInteger(residual) || residual < 1 || residual % groupSize !== 0) {
    throw new RangeError(
      `kiviCache: residual must be a positive multiple of groupSize ${groupSize}, got ${residual}`,
    );
  }
  const width = kvHeads * headDim;
  const [keys, values] = [0, 1].map(() => Array.from({length: layers}, (): Rows => ({blocks: [], tail: []})));
  const packTokens = (x: Float32Array) =>
    Array.from({length: x.length / width}, (_, t) =>
      residualFormat.encode({shape: [kvHeads, headDim], data: x.slice(t * width, (t + 1) * width)}),
    );
  const unpack = (tail: readonly Packed[]) => concat(tail.map((token) => residualFormat.decode(token).data));
  const quantize = (rows: Rows, count: number, axis: KiviAxis) => {
    if (count <= 0) return;
    rows.blocks.push(kiviQuantize(unpack(rows.tail.slice(0, count)), width, axis, options));
    rows.tail = rows.tail.slice(count);
  };
  const dequantize = options.unpackOnce ? unpackedOnce(kiviDequantize) : kiviDequantize;
  const read = ({blocks, tail}: Rows) => concat([...blocks.map(dequantize), unpack(tail)]);
  const store: KvStore = {
    put(layer, kv) {
      const [k, v] = [keys[layer], values[layer]];
      k.tail = [...k.tail, ...packTokens(kv.keys)];
      v.tail = [...v.tail, ...packTokens(kv.values)];
      quantize(k, k.tail.length - (k.tail.length % residual), keyAxis);
      quantize(v, v.tail.length - residual, "channels");
    },
    get: (layer) => ({keys: read(keys[layer]), values: read(values[layer])}),
    save() {
      const before = [...keys, ...values].map((rows) => ({rows, count: rows.blocks.length, tail: rows.tail}));
      return () => {
        for (const {rows, count, tail} of before) {
          rows.blocks.length = count;
          rows.tail = tail;
        }
      };
    },
    bytes: () => [...keys, ...values].reduce((sum, rows) => sum + rowBytes(rows), 0),
  };
  return storedCache(store, {own});
}

function rowBytes({blocks, tail}: Rows): number {
  const coded = blocks.reduce((sum, block) => sum + kiviBytes(block), 0);
  return tail.reduce((sum, token) => sum + packedBytes(token), coded);
}
