/** Attention of one token over what a cache holds packed, in WebAssembly: a few tokens are unpacked at a time. */

import {cacheAttentionWasm} from "../../kernels/generated/cache-attention.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {largest} from "../../stats/extent.js";
import type {AttentionCall} from "../attention.js";
import {MOST_STORED_QUERIES, type StoredKv, storedOf} from "../cache/stored-kv.js";
import {type ChosenTokens, chosenTokens} from "./chosen-tokens.js";
import {canReadRun, runBytes} from "./packed-run.js";
import {basesOf, forRuns, placeKv, runsOf, shapeOf} from "./placed-runs.js";
import {allQueries, type Queries, tokensOf} from "./query-heads.js";
import {querySpaces, spaceBytes} from "./query-spaces.js";

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
    adds: number,
  ): void;
  orderedScores(
    run: number,
    places: number,
    list: number,
    count: number,
    q: number,
    kvHeads: number,
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
    // Of an order of all heads' channels every head reads the same tokens.
    const isSame = chosen?.lists?.every((list) => list === chosen.lists?.[0]) ?? true;
    if (chosen !== null && !isSame && hasPlaces(kv)) return null;
    return chosen === null ? null : attend(heap, kernel, call, kv, chosen);
  };
  return (call) => {
    const kv = storedOf(call);
    const queries = call.queryPositions.length;
    if (kv === undefined || queries > MOST_STORED_QUERIES) return null;
    if (queries === 1) return attendOne(call, kv);
    if (call.observe) return null;
    const out = attendOne(allQueries(call, kv.positions), kv);
    return out && tokensOf(out, call);
  };
}

function takes(call: Queries, kv: StoredKv): boolean {
  const {queryPositions, softcap, heads, kvHeads} = call;
  const isPlain = queryPositions.length === 1 && softcap === undefined && heads % kvHeads === 0;
  const [shape, runs] = [shapeOf(call, kv), runsOf(kv)];
  if (!isPlain || (kv.heads && basesOf(runs).size > 0) || kv.values.some(({places}) => places)) return false;
  return runs.every((run) => canReadRun(run, shape));
}

const hasPlaces = ({keys}: StoredKv): boolean => keys.some(({places}) => places !== undefined);

/** Places of what one call needs besides its runs, and room for these. */
interface Places {
  readonly scores: number;
  readonly mask: number;
  readonly room: number;
  /** Bytes between the scores of two heads. */
  readonly stride: number;
  take(bytes: number): number;
}

function placesOf(heap: WasmHeap, call: Queries, kv: StoredKv, {lists, tokens}: ChosenTokens): Places {
  const {heads, kvHeads, headDim} = call;
  const {rotary} = kv;
  const group = heads / kvHeads;
  const most = lists === null ? tokens : largest(lists.map(({length}) => length));
  const stride = 16 * (Math.ceil(most / 4) + 1);
  const runs = runsOf(kv);
  const rank = 4 * Math.ceil(largest([0, ...runs.map(({factor}) => factor?.tokens ?? 0)]) / 4);
  const room = ROOM + 8 * TILE * (headDim + rank) + 4 * rank * (headDim + group);
  const ordered = hasPlaces(kv) ? 8 * TILE * headDim * kvHeads : 0;
  const sizes = [(ordered > 0 ? heads : group) * stride, group * most, room + ordered];
  const turns = 2 * (rotary?.cos.byteLength ?? 0) + 32;
  const ofRuns = runs.reduce((sum, run) => sum + runBytes(run, shapeOf(call, kv)), turns);
  const ofLists = kvHeads * (8 * most + 32 * (runs.length + 1));
  const ofSpaces = spaceBytes(basesOf(runs), call);
  let top = heap.scratch(sizes.reduce((sum, bytes) => sum + bytes + 16, ofRuns + ofLists + ofSpaces));
  const take = (bytes: number) => {
    const at = top;
    top += Math.ceil(bytes / 16) * 16;
    return at;
  };
  const [scores, mask, atRoom] = sizes.map(take);
  return {scores, mask, room: atRoom, stride, take};
}

function attend(
  heap: WasmHeap,
  kernel: Kernel,
  call: Queries,
  kv: StoredKv,
  chosen: ChosenTokens,
): Float32Array {
  const {heads, kvHeads, headDim, scale = 1 / Math.sqrt(headDim), observe} = call;
  const group = heads / kvHeads;
  const at = placesOf(heap, call, kv, chosen);
  const {stride, room, take} = at;
  const spaces = querySpaces(heap, take, call);
  const [keys, values] = placeKv({heap, shape: shapeOf(call, kv), take, spaces}, kv, chosen, kvHeads);
  const probabilities = observe && new Float32Array(heads * chosen.tokens);
  // Scores of all heads stand together where some runs give them at once.
  const perHead = hasPlaces(kv) ? group * stride : 0;
  for (let g = 0; g < kvHeads; g++) {
    const scores = at.scores + g * perHead;
    forRuns(keys[g], (run, before) => {
      const {at: from, head, list, count, places, space} = run;
      const {q, width} = space;
      const [own, to] = [q + 4 * g * group * width, scores + 4 * before];
      if (places === 0) {
        const adds = run.isAdded ? 1 : 0;
        kernel.keyScores(from, head, list, count, own, group, width, scale, to, stride, room, adds);
      } else if (g === 0) {
        kernel.orderedScores(from, places, list, count, q, kvHeads, group, width, scale, to, stride, room);
      }
    });
    const mask = chosen.masks?.[g] ?? null;
    if (mask !== null) heap.bytes(at.mask, mask.length).set(mask);
    const list = chosen.lists?.[g] ?? null;
    const count = list?.length ?? chosen.tokens;
    kernel.weigh(scores, stride, mask === null ? 0 : at.mask, group, count);
    for (let h = 0; probabilities && h < group; h++) {
      const row = probabilities.subarray((g * group + h) * chosen.tokens);
      spread(heap.floats(scores + h * stride, count), list, row);
    }
    forRuns(values[g], ({at: run, head, list, count, space: {out, width}}, before) => {
      const [own, weights] = [out + 4 * g * group * width, scores + 4 * before];
      kernel.mixValues(run, head, list, count, weights, stride, group, width, own, room);
    });
  }
  if (probabilities) observe?.(probabilities);
  return spaces.sum();
}

/** Writes what belongs to the tokens of a list, or to all, to their places. */
function spread(weights: Float32Array, list: Int32Array | null, row: Float32Array): void {
  if (list === null) row.set(weights);
  else for (let n = 0; n < list.length; n++) row[list[n]] = weights[n];
}
