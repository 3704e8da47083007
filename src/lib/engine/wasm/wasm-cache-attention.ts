/** Attention of one token over what a cache holds packed, in WebAssembly: a few tokens are unpacked at a time. */

import {cacheAttentionWasm} from "../../kernels/generated/cache-attention.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {largest} from "../../stats/extent.js";
import type {AttentionCall} from "../attention.js";
import {type Run, type StoredKv, storedOf} from "../cache/stored-kv.js";
import {type ChosenTokens, chosenTokens, placesWithin, touchedPages} from "./chosen-tokens.js";
import {canReadRun, type PlacedRotary, type RunPlace, runBytes, writeRun} from "./packed-run.js";
import {allQueries, type Queries, tokensOf} from "./query-heads.js";

interface Kernel {
  keyScores(
    run: number,
    head: number,
    list: number,
    count: number,
    q: number,
    group: number,
    d: number,
    scale: number,
    scores: number,
    stride: number,
    room: number,
  ): void;
  weigh(scores: number, stride: number, mask: number, group: number, count: number): void;
  mixValues(
    run: number,
    head: number,
    list: number,
    count: number,
    weights: number,
    stride: number,
    group: number,
    d: number,
    out: number,
    room: number,
  ): void;
}

/** Attention over what a cache holds; null where the kernel does not take the call. */
export type StoredAttention = (call: AttentionCall) => Float32Array | null;

/** Tokens that the kernel unpacks together, and bytes of its room besides. */
const [TILE, ROOM] = [32, 1024];
/** The most queries that are taken together: drafts are few, and of a whole prompt floats are read more quickly. */
const MOST_QUERIES = 16;

/**
 * Attention over keys and values that stay packed. It takes one token after a text, or a few, under any mask and window, where head
 * widths are multiples of 4 and groups of 16; sums are float32 in an order of their own: an output differs from
 * `attention` over the unpacked numbers by at most 1e-5 of the largest value. Bytes of tokens that no head chose are not
 * touched, except those of a page that is packed by channel.
 */
export async function wasmCacheAttention(heap: WasmHeap): Promise<StoredAttention> {
  const kernel = await heap.instantiate<Kernel>(cacheAttentionWasm);
  const attendOne = (call: Queries, kv: StoredKv): Float32Array | null => {
    const chosen = takes(call, kv) ? chosenTokens(call, kv.positions) : null;
    return chosen === null ? null : attend(heap, kernel, call, kv, chosen);
  };
  return (call) => {
    const kv = storedOf(call);
    const queries = call.queryPositions.length;
    if (kv === undefined || queries > MOST_QUERIES) return null;
    if (queries === 1) return attendOne(call, kv);
    const out = attendOne(allQueries(call, kv.positions), kv);
    return out && tokensOf(out, call);
  };
}

function takes(call: Queries, {keys, values, rotary}: StoredKv): boolean {
  const {queryPositions, observe, softcap, heads, kvHeads, headDim, mask, window} = call;
  const isPlain = queryPositions.length === 1 && !observe && softcap === undefined && heads % kvHeads === 0;
  const runs = [...keys, ...values];
  // What is rotated or made of rows is read whole.
  const isWhole = rotary !== undefined || runs.some(({factor}) => factor !== undefined);
  if (!isPlain || (isWhole && (mask !== undefined || window !== null))) return false;
  return runs.every((run) => canReadRun(run, {kvHeads, headDim}));
}

/** Places of what one call needs besides its runs, and room for these. */
interface Places {
  readonly q: number;
  readonly out: number;
  readonly scores: number;
  readonly mask: number;
  readonly room: number;
  /** Bytes between the scores of two heads. */
  readonly stride: number;
  take(bytes: number): number;
}

function placesOf(
  heap: WasmHeap,
  {q, heads, kvHeads, headDim}: Queries,
  {keys, values, rotary}: StoredKv,
  {lists, tokens}: ChosenTokens,
): Places {
  const group = heads / kvHeads;
  const lengths = lists?.map(({length}) => length) ?? [];
  const most = lists === null ? tokens : largest(lengths);
  const stride = 16 * (Math.ceil(most / 4) + 1);
  const runs = [...keys, ...values];
  const rank = largest([0, ...runs.map(({factor}) => factor?.tokens ?? 0)]);
  const room = ROOM + 8 * TILE * (headDim + rank) + 4 * rank * (headDim + group);
  const sizes = [4 * q.length, 4 * q.length, group * stride, group * most, room];
  const turns = 2 * (rotary?.cos.byteLength ?? 0) + 32;
  const ofRuns = runs.reduce((sum, run) => sum + runBytes(run, {kvHeads, headDim}), turns);
  const ofLists = lengths.reduce((sum, length) => sum + 8 * length + 16 * runs.length, 0);
  let top = heap.scratch(sizes.reduce((sum, bytes) => sum + bytes + 16, ofRuns + ofLists));
  const take = (bytes: number) => {
    const at = top;
    top += Math.ceil(bytes / 16) * 16;
    return at;
  };
  const [atQ, out, scores, mask, atRoom] = sizes.map(take);
  return {q: atQ, out, scores, mask, room: atRoom, stride, take};
}

function attend(
  heap: WasmHeap,
  kernel: Kernel,
  call: Queries,
  kv: StoredKv,
  chosen: ChosenTokens,
): Float32Array {
  const {q, heads, kvHeads, headDim: d, scale = 1 / Math.sqrt(d)} = call;
  const group = heads / kvHeads;
  const at = placesOf(heap, call, kv, chosen);
  const {stride, room} = at;
  heap.floats(at.q, q.length).set(q);
  heap.floats(at.out, q.length).fill(0);
  const place = {heap, shape: {kvHeads, headDim: d}, take: at.take};
  const keys = placeRuns(place, kv.keys, chosen, placeRotary(place, kv));
  const values = placeRuns(place, kv.values, chosen, null);
  for (let g = 0; g < kvHeads; g++) {
    const own = 4 * g * group * d;
    forRuns(keys, g, (run, list, count, before) => {
      kernel.keyScores(
        run,
        g,
        list,
        count,
        at.q + own,
        group,
        d,
        scale,
        at.scores + 4 * before,
        stride,
        room,
      );
    });
    const mask = chosen.masks?.[g] ?? null;
    if (mask !== null) heap.bytes(at.mask, mask.length).set(mask);
    const count = chosen.lists?.[g].length ?? chosen.tokens;
    kernel.weigh(at.scores, stride, mask === null ? 0 : at.mask, group, count);
    forRuns(values, g, (run, list, count, before) => {
      kernel.mixValues(run, g, list, count, at.scores + 4 * before, stride, group, d, at.out + own, room);
    });
  }
  return heap.floats(at.out, q.length).slice();
}

/** A run in the kernel's memory, and the places of the chosen tokens of each key head within it; null: of all. */
interface PlacedRun {
  readonly at: number;
  readonly tokens: number;
  readonly lists: readonly {readonly at: number; readonly count: number}[] | null;
}

/** Calls back with every run of which a key head reads something, and the number of tokens that it read before. */
function forRuns(
  runs: readonly PlacedRun[],
  g: number,
  visit: (run: number, list: number, count: number, before: number) => void,
): void {
  let before = 0;
  for (const {at, tokens, lists} of runs) {
    const {at: list, count} = lists?.[g] ?? {at: 0, count: tokens};
    if (count > 0) visit(at, list, count, before);
    before += count;
  }
}

function placeRuns(
  place: RunPlace,
  runs: readonly Run[],
  {lists}: ChosenTokens,
  rotary: PlacedRotary | null,
): PlacedRun[] {
  let first = 0;
  return runs.map((run) => {
    const [from, end] = [first, first + run.tokens];
    first = end;
    const pageTokens = Math.max(1, run.coding.pageTokens);
    const pages = touchedPages(lists, from, end, pageTokens);
    const at = writeRun(place, run, pages, rotary ? rotaryFrom(rotary, from) : undefined);
    const placed = lists?.map((list) => {
      const places = placesWithin(list, from, end, pageTokens, pages);
      const listAt = place.take(4 * places.length);
      place.heap.integers(listAt, places.length).set(places);
      return {at: listAt, count: places.length};
    });
    return {at, tokens: run.tokens, lists: placed ?? null};
  });
}

function placeRotary({heap, take}: RunPlace, {rotary, positions}: StoredKv): PlacedRotary | null {
  if (rotary === undefined) return null;
  const put = (values: Float32Array) => {
    const at = take(values.byteLength);
    heap.floats(at, values.length).set(values);
    return at;
  };
  const pairs = rotary.cos.length / positions.length;
  const apart = rotary.layout === "interleaved" ? 1 : pairs;
  return {cos: put(rotary.cos), sin: put(rotary.sin), pairs, apart};
}

/** The same from another token on. */
function rotaryFrom({cos, sin, pairs, apart}: PlacedRotary, token: number): PlacedRotary {
  const before = 4 * pairs * token;
  return {cos: cos + before, sin: sin + before, pairs, apart};
}
