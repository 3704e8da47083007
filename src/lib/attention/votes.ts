import {type Importance, rowStart, visibleKeys} from "./selection.js";

/** The attention that the last `window` queries up to i give to each key, [L]. */
export function windowVotes(p: Importance, h: number, i: number, window: number): Float64Array {
  const votes = new Float64Array(p.keys);
  for (let query = Math.max(0, i - window + 1); query <= i; query++) {
    const start = rowStart(p, h, query);
    const visible = visibleKeys(p, query);
    for (let j = 0; j < visible; j++) votes[j] = votes[j] + p.data[start + j];
  }
  return votes;
}

/**
 * The largest of `width` neighbours, half of them on each side; beyond the ends there is nothing.
 * @throws RangeError unless width is odd and at least 1.
 */
export function maxPool(x: Float64Array, width: number): Float64Array {
  if (!Number.isInteger(width) || width < 1 || width % 2 === 0) {
    throw new RangeError(`maxPool: width must be an odd integer of at least 1, got ${width}`);
  }
  const half = (width - 1) / 2;
  const pooled = new Float64Array(x.length);
  for (let j = 0; j < x.length; j++) {
    const end = Math.min(x.length, j + half + 1);
    let top = x[j];
    for (let near = Math.max(0, j - half); near < end; near++) if (!(x[near] <= top)) top = x[near];
    pooled[j] = top;
  }
  return pooled;
}
