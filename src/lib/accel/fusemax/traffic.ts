/** Bytes between slow memory and the buffer of two arrays. */

import {type ArrayDesign, type HeadSize, headTiles, type TwoArrays} from "./arrays.js";

/** Scores are written and read once for each pass over the keys after the first: products, exponentials. */
const SCORE_PASSES = 3;

/**
 * Times that keys and values are read: queries with their running results share a reading as far as the buffer holds them, in
 * equal parts of whole blocks.
 */
export function keyReadings(size: HeadSize, machine: TwoArrays): number {
  const {blocks} = headTiles(size, machine);
  const {side, bufferBytes, valueBytes} = machine;
  const width = size.keyWidth + size.valueWidth;
  const free = bufferBytes - side * width * valueBytes;
  const fitting = Math.max(1, Math.floor(free / ((width + 2) * valueBytes * side)));
  let held = Math.min(fitting, blocks);
  while (blocks % held !== 0) held--;
  return blocks / held;
}

/** Tells whether the scores of one block of queries are too many for the buffer. */
export const spillsScores = ({keys}: HeadSize, {side, bufferBytes, valueBytes}: TwoArrays): boolean =>
  keys * side * valueBytes > bufferBytes;

/** Bytes of the scores of a head that leave the buffer and come back. */
export function scoreBytes(design: ArrayDesign, size: HeadSize, machine: TwoArrays): number {
  const leaves = design === "unfused" || (design === "flat" && spillsScores(size, machine));
  return leaves ? 2 * (SCORE_PASSES - 1) * size.queries * size.keys * machine.valueBytes : 0;
}

/** Bytes of a head that cross: queries and results once, keys and values in each reading, scores that do not stay. */
export function attentionBytes(design: ArrayDesign, size: HeadSize, machine: TwoArrays): number {
  const {blocks} = headTiles(size, machine);
  const isHeld = design === "flat" && !spillsScores(size, machine);
  // A buffer full of scores holds one block of queries at a time.
  const readings = isHeld ? blocks : keyReadings(size, machine);
  const width = size.keyWidth + size.valueWidth;
  const ends = (size.queries + readings * size.keys) * width * machine.valueBytes;
  return ends + scoreBytes(design, size, machine);
}

/** Bytes in the buffer that a query needs while it meets its keys: its scores, or itself and its running results. */
export const heldBytes = (
  design: ArrayDesign,
  {keys, keyWidth, valueWidth}: HeadSize,
  {valueBytes}: TwoArrays,
): number => (design === "unfused" || design === "flat" ? keys : keyWidth + valueWidth + 2) * valueBytes;
