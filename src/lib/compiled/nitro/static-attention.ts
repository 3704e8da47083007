/** One layer's attention over a cache of fixed length. (NITRO, arXiv:2412.11053, section 3) */

import type {DecoderLayer} from "../../engine/decoder/load-decoder.js";
import {type RotaryLayout, rotate} from "../../engine/rope.js";
import {softmaxInPlace} from "../../tensor/softmax.js";
import type {StaticInputs} from "./static-inputs.js";

/** Keys after rotary and values of a layer, row-major [compiledLength, kvHeads · headDim], the newest last. */
export interface StaticKv {
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

/** Heads of a layer, and its rules for the scores. */
export interface StaticHeads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly scale: number;
  /** Scaled products are bent into ± this by tanh; null: they are not. */
  readonly softcap: number | null;
  readonly layout: RotaryLayout;
}

/** Zeros for every place of the cache. */
export function emptyKv(compiledLength: number, {kvHeads, headDim}: StaticHeads): StaticKv {
  const size = compiledLength * kvHeads * headDim;
  return {keys: new Float32Array(size), values: new Float32Array(size)};
}

/** The cache without its oldest rows and with `added` at its end: no place to write at has to be known. */
export function shifted(held: Float32Array, added: Float32Array): Float32Array {
  const next = new Float32Array(held.length);
  next.set(held.subarray(added.length));
  next.set(added, held.length - added.length);
  return next;
}

/** Projections of a layer, as they are loaded. */
export type StaticProjections = Pick<DecoderLayer, "q" | "k" | "v" | "o" | "qNorm" | "kNorm">;

/** Attention of one run: x [tokens, hidden] to its update [tokens, hidden], and the cache after it. */
export function staticAttention(
  {q, k, v, o, qNorm, kNorm}: StaticProjections,
  shape: StaticHeads,
  {mask, rotary}: StaticInputs,
  held: StaticKv,
  x: Float32Array,
): {readonly y: Float32Array; readonly kv: StaticKv} {
  const {heads, kvHeads, headDim, layout} = shape;
  const rotated = (side: Float32Array, count: number) =>
    rotary ? rotate(side, count, rotary, side.length / (count * headDim), layout) : side;
  const projected = {q: q(x), k: k(x)};
  const queries = rotated(qNorm?.(projected.q) ?? projected.q, heads);
  const keys = shifted(held.keys, rotated(kNorm?.(projected.k) ?? projected.k, kvHeads));
  const kv = {keys, values: shifted(held.values, v(x))};
  return {y: o(maskedAttention(shape, queries, kv, mask)), kv};
}

/** softmax(scale q·k + mask) · v over every place of the cache, seen or not; float64 inside. */
function maskedAttention(
  {heads, kvHeads, headDim, scale, softcap}: StaticHeads,
  q: Float32Array,
  {keys, values}: StaticKv,
  mask: Float32Array,
): Float32Array {
  const [width, row] = [heads * headDim, kvHeads * headDim];
  const places = keys.length / row;
  const out = new Float32Array(q.length);
  const p = new Float64Array(places);
  const mixed = new Float64Array(headDim);
  for (let from = 0; from < q.length; from += headDim) {
    const head = (from % width) / headDim;
    const start = Math.floor(head / (heads / kvHeads)) * headDim;
    const hidden = Math.floor(from / width) * places;
    for (let n = 0; n < places; n++) {
      let sum = 0;
      for (let m = 0; m < headDim; m++) sum += q[from + m] * keys[n * row + start + m];
      const score = softcap === null ? sum * scale : softcap * Math.tanh((sum * scale) / softcap);
      p[n] = score + mask[hidden + n];
    }
    softmaxInPlace(p);
    mixed.fill(0);
    for (let n = 0; n < places; n++) {
      for (let m = 0; m < headDim; m++) mixed[m] = mixed[m] + p[n] * values[n * row + start + m];
    }
    out.set(mixed, from);
  }
  return out;
}
