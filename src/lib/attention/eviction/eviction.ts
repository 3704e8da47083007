/** Rules of eviction: which keys a head lets go for good, as pure functions; caches and masks replay them. */

import {requireInteger} from "../../tensor/require.js";

/** Keys that one key head holds, in the order of the text. */
export interface HeldKeys {
  /** Places in the text, ascending. */
  readonly positions: ArrayLike<number>;
  /** Attention that each of them has had from the queries that the rule counts. */
  readonly received: Float64Array;
  /** Keys that may stay; a whole number of at least 0. */
  readonly room: number;
}

/** A rule of eviction. */
export interface EvictionRule {
  /** When keys go: after the prompt, which stays whole until then, and perhaps after each later token too. */
  readonly evicts: "after the prompt" | "after each token";
  /**
   * The newest queries whose attention makes up `received`: 0, none; 1, the newest alone; Infinity, all so far. Any other
   * number counts for a rule that evicts after the prompt: its last queries.
   */
  readonly counted: number;
  /**
   * Whose attention a key head counts: the sum over its own query heads, or the mean over all of the layer, by which
   * every head of a layer holds the same keys. By default the former.
   */
  readonly countedHeads?: "its own" | "all of the layer";
  /** True: the first keys of the text, which every policy spares, take their places in the room; by default they come on top. */
  readonly sinksInRoom?: true;
  /** Scores that the rule ranks the held keys by, made of `received`; none for a rule that asks nothing of a key. */
  scores?(received: Float64Array): Float64Array;
  /** Indices into the held keys, ascending: those that stay. Called where there are more than `room`. */
  keep(held: HeldKeys): number[];
}

/**
 * Indices of the keys that stay: those that the rule keeps, and the first `sinks` of the text, which every policy spares.
 * @throws RangeError if room is no integer of at least 0, or the rule ranks NaN.
 */
export function survivors(rule: EvictionRule, held: HeldKeys, sinks: number): number[] {
  const {positions, room} = held;
  requireInteger("survivors", "room", room, 0);
  if (positions.length <= room) return indices(positions.length);
  let first = 0;
  while (first < positions.length && positions[first] < sinks) first++;
  if (rule.sinksInRoom) return [...indices(first), ...survivorsAfter(rule, held, first)];
  const kept = new Set([...indices(first), ...rule.keep(held)]);
  return indices(positions.length).filter((at) => kept.has(at));
}

/** Keys from index `first` on that the rule keeps, in what the others leave of the room. */
function survivorsAfter(rule: EvictionRule, {positions, received, room}: HeldKeys, first: number): number[] {
  const others = {
    positions: Array.from(positions).slice(first),
    received: received.subarray(first),
    room: Math.max(0, room - first),
  };
  const fits = others.positions.length <= others.room;
  return (fits ? indices(others.positions.length) : rule.keep(others)).map((at) => first + at);
}

/** Integers from `start` to below `end`. */
export function indices(end: number, start = 0): number[] {
  return Array.from({length: Math.max(0, end - start)}, (_, n) => start + n);
}

/**
 * Bytes that a cache notes of each key that a head holds: 4 of its position, and 8 of its score where the rule counts
 * attention.
 */
export function noteBytes({counted}: Pick<EvictionRule, "counted">): number {
  return counted > 0 ? 12 : 4;
}
