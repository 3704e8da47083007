/** The tokens that the heads of one query read, as lists: what a mask, a window and the text's order leave of them. */

import type {Queries} from "./query-heads.js";

/** Tokens that one query reads. */
export interface ChosenTokens {
  /** Tokens that there are. */
  readonly tokens: number;
  /** For each key head the tokens that any of its query heads reads, ascending; null: all of them read all. */
  readonly lists: readonly Int32Array[] | null;
  /** For each key head which of its list each query head reads, [group, list]; null where all read all of it. */
  readonly masks: readonly (Uint8Array | null)[] | null;
}

/** The choice of a call of one query; null where a head reads no key, or keys are not in the order of the text. */
export function chosenTokens(call: Queries, positions: Int32Array): ChosenTokens | null {
  const {mask, kvHeads} = call;
  const range = visibleRange(call, positions);
  if (range === null) return null;
  const tokens = positions.length;
  const isAll = range.from === 0 && range.to === tokens;
  if (mask === undefined && isAll) return {tokens, lists: null, masks: null};
  if (mask === undefined) {
    const list = Int32Array.from({length: range.to - range.from}, (_, n) => range.from + n);
    return {tokens, lists: new Array<Int32Array>(kvHeads).fill(list), masks: null};
  }
  const heads = Array.from({length: kvHeads}, (_, g) => headChoice(call, mask, g, tokens, range));
  if (heads.some((head) => head === null)) return null;
  const found = heads.filter((head) => head !== null);
  const masks = found.map(({mask}) => mask);
  if (found.every(({list}) => list.length === tokens)) return {tokens, lists: null, masks};
  return {tokens, lists: found.map(({list}) => list), masks};
}

/** The keys that the query may see; null if there is none, or keys do not ascend. */
function visibleRange({queryPositions, window, causal = true}: Queries, positions: Int32Array) {
  for (let j = 1; j < positions.length; j++) if (positions[j] <= positions[j - 1]) return null;
  const [query] = queryPositions;
  let [from, to] = [0, positions.length];
  if (causal) while (to > 0 && positions[to - 1] > query) to--;
  if (window !== null) while (from < to && positions[from] <= query - window) from++;
  return from === to ? null : {from, to};
}

function headChoice(
  {heads, kvHeads}: Queries,
  mask: Uint8Array,
  g: number,
  tokens: number,
  {from, to}: {readonly from: number; readonly to: number},
) {
  const group = heads / kvHeads;
  // One row of the mask may stand for all heads.
  const rowOf = (h: number) => (mask.length === tokens ? 0 : (g * group + h) * tokens);
  const counts = new Int32Array(group);
  const list = new Int32Array(to - from);
  let length = 0;
  for (let token = from; token < to; token++) {
    let isRead = 0;
    for (let h = 0; h < group; h++) {
      const own = mask[rowOf(h) + token];
      counts[h] = counts[h] + own;
      isRead |= own;
    }
    if (isRead === 1) list[length++] = token;
  }
  if (counts.includes(0)) return null;
  const own = list.subarray(0, length);
  if (counts.every((count) => count === length)) return {list: own, mask: null};
  const reads = new Uint8Array(group * length);
  for (let h = 0; h < group; h++)
    for (let n = 0; n < length; n++) reads[h * length + n] = mask[rowOf(h) + own[n]];
  return {list: own, mask: reads};
}

/** A page at whose end a run of pages ends, and pages before it, where few are touched. */
export type Pages = Int32Array | null;

/** Pages of a run's tokens [from, end) that any head reads, ascending, counted from the run's first; null: most of them. */
export function touchedPages(
  lists: ChosenTokens["lists"],
  from: number,
  end: number,
  pageTokens: number,
): Pages {
  if (lists === null) return null;
  const count = Math.ceil((end - from) / pageTokens);
  const touched = new Uint8Array(count);
  for (const list of lists)
    for (let n = firstAtLeast(list, from); n < list.length && list[n] < end; n++)
      touched[Math.floor((list[n] - from) / pageTokens)] = 1;
  const pages = new Int32Array(count);
  let length = 0;
  for (let page = 0; page < count; page++) if (touched[page] === 1) pages[length++] = page;
  return 4 * length > 3 * count ? null : pages.subarray(0, length);
}

/** Places of a list's tokens within a run of which only some pages are there. */
export function placesWithin(
  list: Int32Array,
  from: number,
  end: number,
  pageTokens: number,
  pages: Pages,
): Int32Array {
  const own = list.subarray(firstAtLeast(list, from), firstAtLeast(list, end));
  let at = 0;
  return own.map((token) => {
    const place = token - from;
    if (pages === null) return place;
    const page = Math.floor(place / pageTokens);
    while (pages[at] < page) at++;
    return at * pageTokens + (place % pageTokens);
  });
}

/** The tokens of a list as those that a head holds are counted, both ascending; all of the list are held. */
export function heldAmong(list: Int32Array, held: Int32Array | undefined): Int32Array {
  if (held === undefined) return list;
  let at = 0;
  return list.map((token) => {
    while (held[at] < token) at++;
    return at;
  });
}

/** Number of entries of an ascending list that are below a value. */
export function firstAtLeast(list: Int32Array, value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
