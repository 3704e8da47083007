import {bf16} from "../../formats/float/float.js";
import type {Packed} from "../../formats/format.js";
import {packCodes, packedLength, requirePart, unpackCodes} from "../../formats/pack.js";
import {requireInteger} from "../../tensor/require.js";
import {magnitudeThreshold} from "./magnitude-prune.js";

/** Numbers that stay of so many: floor(count · percent / 100) - 1 go, since the k-th smallest itself stays. */
export function keptCount(count: number, percent: number): number {
  requireInteger("keptCount", "count", count, 0);
  return count - Math.max(0, Math.floor((count * percent) / 100) - 1);
}

/** Bytes of a page: a bit for each number, and two bytes for each that stays. (SparAMX, arXiv:2502.12444, section 3) */
export const sparsePageBytes = (count: number, percent: number): number =>
  packedLength(count, 1) + 2 * keptCount(count, percent);

/**
 * Packs a page of keys or values without its small numbers: a bitmap, and in its order the others in bfloat16. Pages of one
 * size have one length: of numbers with the magnitude of the smallest that stays, only as many stay as there is room for.
 * (SparAMX, arXiv:2502.12444, section 5)
 * @param percent part of the numbers that goes, 0 to 100
 * @throws RangeError unless percent is from 0 to 100, or if x holds a NaN.
 */
export function packSparsePage(x: Float32Array, percent: number): Packed {
  const mask = keepMask(x, percent);
  const kept = x.filter((_, i) => mask[i] === 1);
  const {codes} = bf16.encode({shape: [kept.length], data: kept}).parts;
  return {format: "sparse-kv", shape: [x.length], parts: {mask: packCodes(mask, 1), values: codes}};
}

/** The numbers of a page, with zeros where others were. @throws RangeError if a part lacks its length. */
export function unpackSparsePage(page: Packed, percent: number): Float32Array {
  const [count] = page.shape;
  const kept = keptCount(count, percent);
  const mask = unpackCodes(requirePart(page, "mask", packedLength(count, 1)), 1, count);
  const codes = requirePart(page, "values", 2 * kept);
  const values = bf16.decode({format: bf16.id, shape: [kept], parts: {codes}}).data;
  let at = 0;
  return Float32Array.from(mask, (bit) => (bit === 1 ? values[at++] : 0));
}

/** 1 for each of the {@link keptCount} largest magnitudes, the first of equals. */
function keepMask(x: Float32Array, percent: number): Uint8Array {
  const threshold = magnitudeThreshold(x, percent);
  const mask = Uint8Array.from(x, (value) => Number(Math.abs(value) > threshold));
  let room = keptCount(x.length, percent) - mask.reduce((sum, bit) => sum + bit, 0);
  x.forEach((value, i) => {
    if (room > 0 && Math.abs(value) === threshold) {
      mask[i] = 1;
      room--;
    }
  });
  return mask;
}
