/** A machine of two arrays that computes attention, and the attention that it computes. */

import {requireInteger, requirePositive} from "../../tensor/require.js";

/**
 * A square array of processing elements beside a row of as many, over one buffer. (FuseMax, arXiv:2406.10491, section 6, and
 * its artifact FPSG-UIUC/micro24-fusemax-artifact at f543beb)
 */
export interface TwoArrays {
  /** Elements of a side of the square, and of the row. */
  readonly side: number;
  readonly clockHz: number;
  /** Bytes a second from slow memory. */
  readonly bandwidth: number;
  readonly bufferBytes: number;
  /** Bytes of a number in memory and in the buffer. */
  readonly valueBytes: number;
  /** Cycles from one exponential to the next of an element of the row that has a unit for them, as FLAT's has. */
  readonly exponentialCycles: number;
}

/** The larger machine of the artifact; its exponentials are pipelined. */
export const CLOUD_ARRAYS: TwoArrays = {
  side: 256,
  clockHz: 940e6,
  bandwidth: 400 * 2 ** 30,
  bufferBytes: 16 * 2 ** 20,
  valueBytes: 2,
  exponentialCycles: 1,
};

/** FLAT on the same arrays has twice the buffer. */
export const FLAT_ARRAYS: TwoArrays = {...CLOUD_ARRAYS, bufferBytes: 32 * 2 ** 20};

/** Attention of one head without a mask. */
export interface HeadSize {
  readonly queries: number;
  readonly keys: number;
  readonly keyWidth: number;
  readonly valueWidth: number;
}

/** A way to run attention on two arrays. */
export type ArrayDesign = "unfused" | "flat" | "serial" | "stalled" | "fusemax";

/** All designs, the slowest idea first. */
export const ARRAY_DESIGNS: readonly ArrayDesign[] = ["unfused", "flat", "serial", "stalled", "fusemax"];

/** Blocks of a side of queries, and tiles of a side of keys. */
export interface HeadTiles {
  readonly blocks: number;
  readonly tiles: number;
}

/**
 * Pieces that the arrays take at once.
 * @throws RangeError for sizes that are no positive integer, or a machine without speed or memory.
 */
export function headTiles({queries, keys, keyWidth, valueWidth}: HeadSize, machine: TwoArrays): HeadTiles {
  for (const [name, size] of Object.entries({queries, keys, keyWidth, valueWidth})) {
    requireInteger("headTiles", name, size, 1);
  }
  requireInteger("headTiles", "side", machine.side, 1);
  for (const name of ["clockHz", "bandwidth", "bufferBytes", "valueBytes", "exponentialCycles"] as const) {
    requirePositive("headTiles", name, machine[name]);
  }
  return {blocks: Math.ceil(queries / machine.side), tiles: Math.ceil(keys / machine.side)};
}
