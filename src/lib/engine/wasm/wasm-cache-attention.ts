/** Attention of one token over what a cache holds packed, in WebAssembly: a few tokens are unpacked at a time. */

import {cacheAttentionWasm} from "../../kernels/generated/cache-attention.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {largest} from "../../stats/extent.js";
import type {AttentionCall} from "../attention.js";
import {type HeadKv, type Run, type StoredKv, storedOf} from "../cache/stored-kv.js";
import {
  type ChosenTokens,
  chosenTokens,
  firstAtLeast,
  heldAmong,
  placesWithin,
  touchedPages,
} from "./chosen-tokens.js";
import {
  canReadRun,
  type HeadShape,
  type PlacedRotary,
  type RunPlace,
  runBytes,
  writeRun,
} from "./packed-run.js";
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
    if (call.observe) return null;
    const out = attendOne(allQueries(call, kv.positions), kv);
    return out && tokensOf(out, call);
  };
}

function takes(call: Queries, kv: StoredKv): boolean {
  const {queryPositions, softcap, heads, kvHeads, mask, window} = call;
  const isPlain = queryPositions.length === 1 && softcap === undefined && heads % kvHeads === 0;
  const runs = runsOf(kv);
  // What is rotated or made of rows is read whole.
  const isWhole = kv.rotary !== undefined || runs.some(({factor}) => factor !== undefined);
  if (!isPlain || (isWhole && (mask !== undefined || window !== null))) return false;
  const shape = shapeOf(call, kv);
  return runs.every((run) => canReadRun(run, shape));
}

/** All runs, those that several heads share once. */
function runsOf({keys, values, heads}: StoredKv): readonly Run[] {
  if (heads === undefined) return [...keys, ...values];
  const all = heads.flatMap(({keys, values}) => [...keys, ...values]);
  return [...new Map(all.map((run) => [run.parts, run])).values()];
}

/** Heads that a token of a run has. */
const shapeOf = ({kvHeads, headDim}: Queries, {heads}: StoredKv): HeadShape => ({
  kvHeads: heads ? 1 : kvHeads,
  headDim,
});

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

function placesOf(heap: WasmHeap, call: Queries, kv: StoredKv, {lists, tokens}: ChosenTokens): Places {
  const {q, heads, kvHeads, headDim} = call;
  const {rotary} = kv;
  const group = heads / kvHeads;
  const lengths = lists?.map(({length}) => length) ?? [];
  const most = lists === null ? tokens : largest(lengths);
  const stride = 16 * (Math.ceil(most / 4) + 1);
  const runs = runsOf(kv);
  const rank = largest([0, ...runs.map(({factor}) => factor?.tokens ?? 0)]);
  const room = ROOM + 8 * TILE * (headDim + rank) + 4 * rank * (headDim + group);
  const sizes = [4 * q.length, 4 * q.length, group * stride, group * most, room];
  const turns = 2 * (rotary?.cos.byteLength ?? 0) + 32;
  const ofRuns = runs.reduce((sum, run) => sum + runBytes(run, shapeOf(call, kv)), turns);
  const ofLists = kvHeads * (8 * most + 32 * (runs.length + 1));
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
  const {q, heads, kvHeads, headDim: d, scale = 1 / Math.sqrt(d), observe} = call;
  const group = heads / kvHeads;
  const at = placesOf(heap, call, kv, chosen);
  const {stride, room} = at;
  heap.floats(at.q, q.length).set(q);
  heap.floats(at.out, q.length).fill(0);
  const [keys, values] = placeKv({heap, shape: shapeOf(call, kv), take: at.take}, kv, chosen, kvHeads);
  const probabilities = observe && new Float32Array(heads * chosen.tokens);
  for (let g = 0; g < kvHeads; g++) {
    const own = 4 * g * group * d;
    forRuns(keys[g], ({at: run, head, list, count}, before) => {
      const scores = at.scores + 4 * before;
      kernel.keyScores(run, head, list, count, at.q + own, group, d, scale, scores, stride, room);
    });
    const mask = chosen.masks?.[g] ?? null;
    if (mask !== null) heap.bytes(at.mask, mask.length).set(mask);
    const list = chosen.lists?.[g] ?? null;
    const count = list?.length ?? chosen.tokens;
    kernel.weigh(at.scores, stride, mask === null ? 0 : at.mask, group, count);
    for (let h = 0; probabilities && h < group; h++) {
      const row = probabilities.subarray((g * group + h) * chosen.tokens);
      spread(heap.floats(at.scores + h * stride, count), list, row);
    }
    forRuns(values[g], ({at: run, head, list, count}, before) => {
      const weights = at.scores + 4 * before;
      kernel.mixValues(run, head, list, count, weights, stride, group, d, at.out + own, room);
    });
  }
  const out = heap.floats(at.out, q.length).slice();
  if (probabilities) observe?.(probabilities);
  return out;
}

/** Writes what belongs to the tokens of a list, or to all, to their places. */
function spread(weights: Float32Array, list: Int32Array | null, row: Float32Array): void {
  if (list === null) row.set(weights);
  else for (let n = 0; n < list.length; n++) row[list[n]] = weights[n];
}

/** A run in the kernel's memory as one key head reads it. */
interface PlacedRun {
  readonly at: number;
  /** The head among those of the run. */
  readonly head: number;
  /** Rows of the run that are read; 0: the first so many. */
  readonly list: number;
  readonly count: number;
}

/** Calls back with every run of which a key head reads something, and the number of tokens that it read before. */
function forRuns(runs: readonly PlacedRun[], visit: (run: PlacedRun, before: number) => void): void {
  let before = 0;
  for (const run of runs) {
    if (run.count > 0) visit(run, before);
    before += run.count;
  }
}

/** The keys and the values of every key head in the kernel's memory. */
function placeKv(
  place: RunPlace,
  kv: StoredKv,
  chosen: ChosenTokens,
  kvHeads: number,
): readonly (readonly PlacedRun[])[][] {
  if (kv.heads) return placeHeads(place, kv.heads, chosen);
  return [
    placeRuns(place, kv.keys, chosen, kvHeads, placeRotary(place, kv)),
    placeRuns(place, kv.values, chosen, kvHeads, null),
  ];
}

function placeRuns(
  place: RunPlace,
  runs: readonly Run[],
  {lists}: ChosenTokens,
  kvHeads: number,
  rotary: PlacedRotary | null,
): PlacedRun[][] {
  let first = 0;
  const heads = Array.from({length: kvHeads}, (): PlacedRun[] => []);
  for (const run of runs) {
    const [from, end] = [first, first + run.tokens];
    first = end;
    const pageTokens = Math.max(1, run.coding.pageTokens);
    const pages = touchedPages(lists, from, end, pageTokens);
    const at = writeRun(place, run, pages, rotary ? rotaryFrom(rotary, from) : undefined);
    heads.forEach((placed, head) => {
      const places = lists && placesWithin(lists[head], from, end, pageTokens, pages);
      placed.push({at, head, list: placeList(place, places), count: places?.length ?? run.tokens});
    });
  }
  return heads;
}

function placeList({heap, take}: RunPlace, list: Int32Array | null): number {
  if (list === null) return 0;
  const at = take(4 * list.length);
  heap.integers(at, list.length).set(list);
  return at;
}

/** The same of heads that hold tokens of their own. A run that several share is written once. */
function placeHeads(place: RunPlace, heads: readonly HeadKv[], {lists}: ChosenTokens): PlacedRun[][][] {
  const written = new Map<Run["parts"], number>();
  const write = (run: Run) => {
    const at = written.get(run.parts) ?? writeRun(place, run);
    written.set(run.parts, at);
    return at;
  };
  return (["keys", "values"] as const).map((side) =>
    heads.map((head, g) => {
      const list = lists && heldAmong(lists[g], head.tokens);
      let first = 0;
      return head[side].map((run) => {
        const tokens = run.rows?.length ?? run.tokens;
        const rows = rowsRead(run, list, first, first + tokens);
        first += tokens;
        return {at: write(run), head: 0, list: placeList(place, rows), count: rows?.length ?? tokens};
      });
    }),
  );
}

/** Rows of a run, whose tokens are a head's from one to another, that a list of the head's tokens names; null: all. */
function rowsRead({rows}: Run, list: Int32Array | null, from: number, end: number): Int32Array | null {
  if (list === null) return rows ?? null;
  const own = list.subarray(firstAtLeast(list, from), firstAtLeast(list, end));
  return own.map((token) => (rows ? rows[token - from] : token - from));
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
