import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {
  concat,
  type KvStore,
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

export interface KiviCacheOptions extends KiviOptions, UnpackOptions, Pick<StoredCacheOptions, "own"> {
  /** Newest tokens that stay out of the codes; a multiple of groupSize. */
  readonly residual?: number;
  /** How those tokens are kept. */
  readonly residualFormat?: Format;
  /** Along what keys are grouped; `channels`, per token as values, is what outlier channels destroy. */
  readonly keyAxis?: KiviAxis;
}

/** Tokens of one layer: those in codes, and the newest ones packed one by one. */
interface Rows {
  readonly blocks: KiviBlock[];
  readonly tail: Packed[];
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
  const empty = () => Array.from({length: layers}, (): Rows => ({blocks: [], tail: []}));
  const [keys, values] = [empty(), empty()];
  const positions: number[][] = Array.from({length: layers}, () => []);
  const push = ({tail}: Rows, x: Float32Array) => {
    for (let at = 0; at < x.length; at += width) {
      tail.push(residualFormat.encode({shape: [kvHeads, headDim], data: x.slice(at, at + width)}));
    }
  };
  const unpack = (tail: readonly Packed[]) => concat(tail.map((token) => residualFormat.decode(token).data));
  const quantize = ({blocks, tail}: Rows, count: number, axis: KiviAxis) => {
    if (count > 0) blocks.push(kiviQuantize(unpack(tail.splice(0, count)), width, axis, options));
  };
  const dequantize = options.unpackOnce ? unpackedOnce(kiviDequantize) : kiviDequantize;
  const read = ({blocks, tail}: Rows) => concat([...blocks.map(dequantize), unpack(tail)]);
  const store: KvStore = {
    put(layer, kv) {
      positions[layer].push(...kv.positions);
      push(keys[layer], kv.keys);
      push(values[layer], kv.values);
      const waiting = keys[layer].tail.length;
      quantize(keys[layer], waiting - (waiting % residual), keyAxis);
      quantize(values[layer], values[layer].tail.length - residual, "channels");
    },
    get: (layer) => ({
      keys: read(keys[layer]),
      values: read(values[layer]),
      positions: Int32Array.from(positions[layer]),
    }),
    cut(length) {
      positions.forEach((kept, layer) => {
        const count = kept.filter((position) => position < length).length;
        kept.length = count;
        for (const rows of [keys[layer], values[layer]]) cutRows(rows, count, width, push);
      });
    },
    bytes: () => [...keys, ...values].reduce((sum, rows) => sum + rowBytes(rows), 0),
  };
  return storedCache(store, {own});
}

/** Keeps `count` tokens; of a block that is cut, what its codes say goes on as plain tokens. */
function cutRows(
  {blocks, tail}: Rows,
  count: number,
  width: number,
  push: (rows: Rows, x: Float32Array) => void,
): void {
  const coded = () => blocks.reduce((sum, {tokens}) => sum + tokens, 0);
  tail.length = Math.min(tail.length, Math.max(0, count - coded()));
  while (coded() > count) {
    const last = kiviDequantize(blocks.pop()!);
    push({blocks, tail}, last.subarray(0, Math.max(0, count - coded()) * width));
  }
}

function rowBytes({blocks, tail}: Rows): number {
  const coded = blocks.reduce((sum, block) => sum + kiviBytes(block), 0);
  return tail.reduce((sum, token) => sum + packedBytes(token), coded);
}
