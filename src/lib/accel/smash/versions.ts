import {requireInteger} from "../../tensor/require.js";
import type {Hash} from "./smash.js";
import type {Window} from "./windows.js";

/** A version of SMASH: who takes which row, where the search for a slot begins, and where sums are. */
export interface SmashVersion {
  readonly label: string;
  readonly rows: "static" | "dynamic";
  readonly hash: Hash;
  /** Sums beside their keys in the scratchpad, or in memory, with room for more keys. */
  readonly sums: "scratchpad" | "memory";
}

/** The three versions of the paper (arXiv:2105.14156), each of which mends what held the one before. */
export const SMASH_VERSIONS: readonly SmashVersion[] = [
  {label: "1: rows dealt beforehand", rows: "static", hash: "high bits", sums: "scratchpad"},
  {label: "2: rows taken by tokens", rows: "dynamic", hash: "low bits", sums: "scratchpad"},
  {label: "3: sums in memory", rows: "dynamic", hash: "low bits", sums: "memory"},
];

const [KEY_BYTES, SUM_BYTES] = [4, 8];

/** Slots of a version in a scratchpad that holds so many keys with their sums: the next lower power of two. */
export const slotsOf = ({sums}: SmashVersion, slots: number): number =>
  sums === "scratchpad" ? slots : 2 ** Math.floor(Math.log2((slots * (KEY_BYTES + SUM_BYTES)) / KEY_BYTES));

/**
 * Work of the busiest thread over that of all on average, where threads wait for each other after every window.
 * @param costs work of each row
 * @param rows `static`: row by row to one thread after another; `dynamic`: the next row goes to the thread that is free first
 * @returns at least 1, which is a perfect balance; 1 where there is nothing to do
 * @throws RangeError unless threads are an integer of at least 1.
 */
export function imbalance(
  costs: Float64Array,
  windows: readonly Window[],
  {threads, rows}: {readonly threads: number; readonly rows: "static" | "dynamic"},
): number {
  requireInteger("imbalance", "threads", threads, 1, 4096);
  let [slowest, total] = [0, 0];
  for (const [first, end] of windows) {
    const busy = new Float64Array(threads);
    costs.subarray(first, end).forEach((cost, i) => {
      busy[rows === "static" ? i % threads : leastOf(busy)] += cost;
      total += cost;
    });
    slowest += busy.reduce((most, cost) => Math.max(most, cost), 0);
  }
  return total === 0 ? 1 : (slowest * threads) / total;
}

/** Place of the smallest number. */
const leastOf = (numbers: Float64Array): number =>
  numbers.reduce((least, value, i) => (value < numbers[least] ? i : least), 0);
