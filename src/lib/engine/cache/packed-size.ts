import {type Format, packedBytes} from "../../formats/format.js";
import {requirePositive} from "../../tensor/require.js";
import {type CacheSizes, checkText, headsOf, heldTokens} from "./sizes.js";

/** Bytes that numbers of a shape [rows, width] take. */
export type PackedSize = (rows: number, width: number) => number;

/** Rows after which codes of any width of bits end on a byte. */
const PERIOD = 8;

/**
 * Bytes of [rows, width] in a format, blocks along the width, counted on packed zeros: sizes depend on the shape alone, and
 * on the rows linearly from one period of eight to the next, so that no long tensor need be packed.
 */
export function packedSize(format: Format): PackedSize {
  const counted = new Map<number, number>();
  // At most as many rows as two periods have.
  const count = (rows: number, width: number): number => {
    const key = 2 * PERIOD * width + rows - 1;
    const found =
      counted.get(key) ??
      packedBytes(format.encode({shape: [rows, width], data: new Float32Array(rows * width)}));
    counted.set(key, found);
    return found;
  };
  return (rows, width) => {
    if (rows * width === 0) return 0;
    if (rows < 2 * PERIOD) return count(rows, width);
    const first = PERIOD + (rows % PERIOD);
    const period = count(2 * PERIOD, width) - count(PERIOD, width);
    return count(first, width) + ((rows - first) / PERIOD) * period;
  };
}

/** Bytes of numbers of so many bits each, without any overhead. @throws RangeError unless bits is a finite number above 0. */
export function bitsSize(bits: number): PackedSize {
  requirePositive("bitsSize", "bits", bits);
  return (rows, width) => (rows * width * bits) / 8;
}

/**
 * Bytes of a cache that packs each head of each token on its own, or each latent with its rotated key: every layer's tokens
 * times those of one. A format of 16 bits is the cache as it is.
 * @throws RangeError as {@link checkText}.
 */
export function wholeTokenBytes(sizes: CacheSizes, tokens: number, size: PackedSize): number {
  checkText("wholeTokenBytes", sizes, tokens);
  return sizes.widths.reduce(
    (sum, width, layer) => sum + heldTokens(sizes, layer, tokens) * tokenBytes(sizes, width, size),
    0,
  );
}

/** Bytes of one token of a layer of a width, its heads packed together as rows. */
export function tokenBytes(sizes: CacheSizes, width: number, size: PackedSize): number {
  const {latent} = sizes;
  return latent ? size(1, latent.latentDim + latent.ropeDim) : 2 * size(...headsOf(sizes, width));
}
