import type {Packed} from "../../formats/format.js";
import {requirePart} from "../../formats/pack.js";
import {matrixSizes, type SparseSizes} from "../sparse-form.js";
import {type Bitmap, type Codes, ones} from "./bitmap.js";
import {type TileSizes, tileEntries, tileGrid} from "./tile-order.js";

/** Settings of a bitmap: the threads that share its columns of tiles. */
export const BITMAP_PARAMS = {
  threads: {
    kind: "integer",
    label: "Threads that share the columns of tiles",
    help: "Each thread's place in the values is stored; threads must divide the columns of 16 outputs.",
    min: 1,
    max: 1024,
    default: 1,
    advanced: true,
  },
} as const;

const bytesOf = (x: {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}) => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);

/** Parts of a bitmap as bytes, little-endian. */
export const partsOf = ({bitmap, values, starts}: Bitmap<Codes>): Record<string, Uint8Array> => ({
  bitmap: bytesOf(bitmap),
  values: bytesOf(values),
  starts: bytesOf(starts),
});

/**
 * The bitmap behind the parts of a packed matrix.
 * @throws RangeError if a part's length does not fit the shape.
 */
export function bitmapOf(packed: Packed, interleave: 2 | 4): {map: Bitmap<Codes>; sizes: TileSizes} {
  const matrix = matrixSizes(`${packed.format}.unpack`, packed);
  const threads = Math.max(1, (packed.parts.starts?.length ?? 0) / 4);
  const sizes = {...matrix, interleave, threads};
  const {columns, rows} = tileGrid(sizes);
  const words = new Uint32Array(
    requirePart(packed, "bitmap", (columns * rows * tileEntries(interleave)) / 8).slice().buffer,
  );
  const {buffer} = requirePart(packed, "values", (ones(words) * 4) / interleave).slice();
  const starts = new Uint32Array(requirePart(packed, "starts", 4 * threads).slice().buffer);
  return {
    map: {bitmap: words, values: interleave === 2 ? new Uint16Array(buffer) : new Int8Array(buffer), starts},
    sizes,
  };
}

/** Bytes of bitmap, values and starts: a bit for each place of the tiles, and a code for each weight that is not zero. */
export function bitmapBytes({nonZeros, ...matrix}: SparseSizes, interleave: 2 | 4, threads: number): number {
  const grid = tileGrid({...matrix, interleave, threads});
  return (
    (grid.columns * grid.rows * tileEntries(interleave)) / 8 + (nonZeros * 4) / interleave + 4 * grid.threads
  );
}
