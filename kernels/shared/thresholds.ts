/** Bytes before the thresholds: cells per unit, the first cell, and counts of 16 bits. */
const SORTED: usize = 1032;
const CELLS: i32 = 512;

/**
 * Number of ascending thresholds below a float of at least 0. A line of equal cells holds the count at the start of each, and
 * few cells hold a threshold to step over.
 * @param table the width and the first of 512 cells, their counts, and the thresholds with infinity as their end
 */
export function countBelow(x: f32, table: usize): i32 {
  // Far beyond the last cell, and far from the ends of an integer.
  const place = <i32>min<f32>(x * load<f32>(table), 1000000);
  const cell = min(max(place - load<i32>(table, 4), 0), CELLS - 1);
  let count = <i32>load<u16>(table + ((<usize>cell) << 1), 8);
  while (x > load<f32>(table + ((<usize>count) << 2), SORTED)) count++;
  return count;
}
