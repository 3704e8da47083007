/** Which keys a head lets go for good after each step: pure rules, for a cache that frees what they drop. */

import {requireInteger} from "../tensor/require.js";
import {mostImportant} from "./budget-mask.js";
import {maxPool} from "./snapkv/snapkv.js";

/** What one key head holds after a pass, in the order of the text. */
export interface HeldKeys {
  /** Places in the text, ascending. */
  readonly positions: ArrayLike<number>;
  /** Attention that each held key has had from the queries that the rule counts, over all query heads of the group. */
  readonly received: Float64Array;
  /** Tokens of the text so far. */
  readonly seen: number;
  /** Whether the pass was the first one. */
  readonly isPrefill: boolean;
}

export interface EvictionPolicy {
  /** The last queries of a pass whose attention counts; 0 if the rule does not look at it. */
  readonly countedQueries: number;
  /** Indices into what is held, ascending: those that stay. */
  keep(held: HeldKeys): number[];
}

/** Keys that a head may hold when the text has `seen` tokens. */
export type Capacity = (seen: number) => number;

/**
 * StreamingLLM: the sinks and the most recent keys. (arXiv:2309.17453, section 3.2)
 * @throws RangeError unless sinks is an integer of at least 0.
 */
export function streamingEviction(capacity: Capacity, {sinks = 4} = {}): EvictionPolicy {
  requireInteger("streamingEviction", "sinks", sinks, 0);
  return {
    countedQueries: 0,
    keep({positions, seen}) {
      const room = limit("streamingEviction", capacity, seen);
      const first = Math.min(sinks, room);
      const recent = positions.length - (room - first);
      return indices(positions.length, (at) => at < first || at >= recent);
    },
  };
}

/**
 * H2O: the most recent keys, and those that have had the most attention while they were held. (arXiv:2306.14048,
 * algorithm 1)
 * @throws RangeError unless recentShare is from 0 to 1.
 */
export function h2oEviction(capacity: Capacity, {recentShare = 0.5} = {}): EvictionPolicy {
  if (!(recentShare >= 0 && recentShare <= 1)) {
    throw new RangeError(`h2oEviction: recentShare must be from 0 to 1, got ${recentShare}`);
  }
  return {
    countedQueries: Number.POSITIVE_INFINITY,
    keep({positions, received, seen}) {
      const room = Math.min(positions.length, limit("h2oEviction", capacity, seen));
      const recent = Math.max(1, Math.round(room * recentShare));
      const old = positions.length - recent;
      const heavy = new Set(mostImportant(received.subarray(0, old), room - recent));
      return indices(positions.length, (at) => at >= old || heavy.has(at));
    },
  };
}

/**
 * SnapKV: once, after the prefill, the keys that its last `window` queries attended to, pooled over neighbours, and the
 * window itself; what comes later stays. (arXiv:2404.14469, section 4)
 * @throws RangeError unless window is an integer of at least 1 and pool is odd.
 */
export function snapKvEviction(capacity: Capacity, {window = 32, pool = 7} = {}): EvictionPolicy {
  requireInteger("snapKvEviction", "window", window, 1);
  maxPool(new Float64Array(0), pool);
  return {
    countedQueries: window,
    keep({positions, received, seen, isPrefill}) {
      if (!isPrefill) return indices(positions.length, () => true);
      const room = Math.min(positions.length, limit("snapKvEviction", capacity, seen));
      const recent = Math.min(window, room);
      const old = positions.length - recent;
      const voted = new Set(mostImportant(maxPool(received.subarray(0, old), pool), room - recent));
      return indices(positions.length, (at) => at >= old || voted.has(at));
    },
  };
}

function limit(where: string, capacity: Capacity, seen: number): number {
  const room = capacity(seen);
  requireInteger(where, `capacity of ${seen} tokens`, room, 1);
  return room;
}

function indices(count: number, isKept: (at: number) => boolean): number[] {
  return Array.from({length: count}, (_, at) => at).filter(isKept);
}
