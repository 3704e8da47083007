import {f16} from "../element.js";

/**
 * A block format of ggml: so many elements in so many bytes, scales included. Blocks run along the rows, one after the
 * other; all numbers are little-endian. Values are float32 as the reference computes them: each operation rounded, in
 * the written order.
 * Source: https://github.com/ggml-org/ggml, src/ggml-common.h and `dequantize_row_…` of src/ggml-quants.c.
 */
export interface GgmlBlock {
  /** As ggml names it: `q4_0`, `q6_K`. */
  readonly id: string;
  readonly elements: number;
  readonly bytes: number;
  /** Writes the elements of the block that begins at `bytes[at]`, from `values[to]` on. */
  decode(bytes: Uint8Array, at: number, values: Float32Array, to: number): void;
}

/**
 * The float32 values of whole blocks.
 * @throws RangeError if the bytes are no whole number of blocks.
 */
export function decodeBlocks(block: GgmlBlock, bytes: Uint8Array): Float32Array {
  if (bytes.length % block.bytes !== 0) {
    throw new RangeError(
      `decodeBlocks: bytes must be a multiple of the ${block.bytes} of a block of ${block.id}, got ${bytes.length}`,
    );
  }
  const blocks = bytes.length / block.bytes;
  const values = new Float32Array(blocks * block.elements);
  for (let i = 0; i < blocks; i++) block.decode(bytes, i * block.bytes, values, i * block.elements);
  return values;
}

/** The half-precision number at `bytes[at]`. */
export function half(bytes: Uint8Array, at: number): number {
  return f16.values[bytes[at] | (bytes[at + 1] << 8)];
}

/** The byte as a two's complement number. */
export const signed = (byte: number): number => (byte << 24) >> 24;
