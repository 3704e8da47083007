import {requireFraction, requireInteger} from "../../tensor/require.js";
import {budgetOf, markMostImportant} from "../budget-mask.js";
import {attentionLogits, softmaxRows} from "../logits.js";
import {
  emptyMask,
  forEachRow,
  type Importance,
  type KeyMask,
  type Queries,
  rowStart,
  visibleKeys,
} from "../selection.js";

export interface SnapKvOptions {
  /** Share of the keys so far that are held. */
  readonly keepFraction: number;
  /** Last queries whose attention votes for the keys before them; their own keys are always held. */
  readonly window?: number;
  /** Neighbours that share their votes, an odd number: the largest of them counts for each. */
  readonly pool?: number;
  /** First keys that are kept on top of the budget. */
  readonly sinks?: number;
}

/**
 * SnapKV: the attention of the last `window` queries votes, summed and pooled over neighbours, for the keys before the
 * window; the best fill the budget beside the window. Every query is treated as the first to be decoded after a prefill
 * that ends with it. (arXiv:2404.14469, section 4 and listing 1)
 * @throws RangeError if an option is out of its range.
 */
export function snapKvMask(input: Queries, options: SnapKvOptions): KeyMask {
  const {keepFraction, window = 32, pool = 7, sinks = 0} = options;
  requireFraction("snapKvMask", "keepFraction", keepFraction);
  requireInteger("snapKvMask", "window", window, 1);
  requireInteger("snapKvMask", "sinks", sinks, 0);
  const p = softmaxRows(attentionLogits(input));
  const mask = emptyMask(p);
  const room = new Float64Array(p.keys);
  forEachRow(p, (h, i, start, visible) => {
    const budget = budgetOf(keepFraction, visible);
    // A budget smaller than the window holds its newest keys alone.
    const recent = Math.min(window, budget, visible);
    const votes = maxPool(windowVotes(p, h, i, window).subarray(0, visible - recent), pool);
    markMostImportant(mask.data, start, votes, budget - recent, room);
    mask.data.fill(1, start + visible - recent, start + visible);
    mask.data.fill(1, start, start + Math.min(sinks, visible));
  });
  return mask;
}

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
