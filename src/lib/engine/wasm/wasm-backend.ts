import {attentionWasm} from "../../kernels/generated/attention.js";
import {matmulWasm} from "../../kernels/generated/matmul.js";
import {rmsNormWasm} from "../../kernels/generated/rms-norm.js";
import {siluGateWasm} from "../../kernels/generated/silu-gate.js";
import {kernelRuns} from "../../kernels/kernel-runs.js";
import type {KernelThreads} from "../../kernels/kernel-threads.js";
import {hasRelaxedSimd} from "../../kernels/relaxed-simd.js";
import {type WasmHeap, wasmHeap} from "../../kernels/wasm-heap.js";
import {type AttentionCall, attention, seenRows} from "../attention.js";
import type {Backend} from "../backend.js";
import type {PackedKernel} from "./packed-kernel.js";
import {wasmCacheAttention} from "./wasm-cache-attention.js";
import {type Matmul, wasmLinear} from "./wasm-linear.js";
import {wasmScans} from "./wasm-scans.js";

interface Kernels {
  rmsNorm(x: number, weight: number, y: number, rows: number, n: number, eps: number): void;
  siluGate(gate: number, up: number, n: number): void;
  attention(
    q: number,
    keys: number,
    values: number,
    out: number,
    first: number,
    last: number,
    scores: number,
    T: number,
    heads: number,
    kvHeads: number,
    d: number,
    scale: number,
  ): void;
  attentionListed(
    q: number,
    keys: number,
    values: number,
    out: number,
    lists: number,
    counts: number,
    scores: number,
    T: number,
    heads: number,
    kvHeads: number,
    d: number,
    scale: number,
  ): void;
}

/** Options of {@link wasmBackend}. */
export interface WasmOptions {
  /** Relaxed SIMD, where products with packed weights gain from it. Default: where the machine has it. */
  readonly isRelaxed?: boolean;
  /** Threads of this backend's own, which share products with large matrices. Default: the caller's alone. */
  readonly threads?: KernelThreads | null;
}

/**
 * The arithmetic of a model in WebAssembly with SIMD. One backend holds the weights of one model.
 * Sums are taken in float32 in an order of their own, so a product of n terms differs from the reference by at
 * most n · 2^-24 · Σ|x·w|; exp is within 2 units in the last place.
 */
export async function wasmBackend({
  isRelaxed = hasRelaxedSimd(),
  threads = null,
}: WasmOptions = {}): Promise<Backend> {
  const heap = wasmHeap(threads !== null);
  const ways = threads?.count ?? 1;
  // Threads are given all kernels at the start; without them, only those who keep weights packed load these.
  const packedSources =
    threads === null ? [] : await (await import("./packed-kernel.js")).packedSources(isRelaxed);
  const [matmul, ...runs] = await kernelRuns<[Matmul, ...PackedKernel[]]>(
    heap,
    [matmulWasm, ...packedSources],
    threads,
  );
  const parts = await Promise.all(
    [rmsNormWasm, siluGateWasm, attentionWasm].map((base64) => heap.instantiate<Kernels>(base64)),
  );
  const kernels: Kernels = Object.assign({}, ...parts);
  const overStored = await wasmCacheAttention(heap);
  return {
    name: "wasm",
    linear: (weight, bias) => wasmLinear(heap, {matmul, ways}, weight, bias),
    rmsNorm: (x, weight, eps) => rmsNorm(heap, kernels, x, weight, eps),
    siluGate: (gate, up) => siluGate(heap, kernels, gate, up),
    attention: (call) => overStored(call) ?? attend(heap, kernels, call),
    scans: await wasmScans(heap),
    packed: async () =>
      (await import("./wasm-packed.js")).wasmPacked(
        heap,
        isRelaxed,
        runs.length > 0 ? {runs, ways} : undefined,
      ),
    heldBytes: () => heap.reserved(),
  };
}

function rmsNorm(
  heap: WasmHeap,
  kernels: Kernels,
  x: Float32Array,
  weight: Float32Array,
  eps: number,
): Float32Array {
  const n = weight.length;
  const weights = heap.scratch(4 * (n + 2 * x.length));
  const input = weights + 4 * n;
  const output = input + 4 * x.length;
  heap.floats(weights, n).set(weight);
  heap.floats(input, x.length).set(x);
  kernels.rmsNorm(input, weights, output, x.length / n, n, eps);
  return heap.floats(output, x.length).slice();
}

function siluGate(heap: WasmHeap, kernels: Kernels, gate: Float32Array, up: Float32Array): Float32Array {
  const padded = Math.ceil(gate.length / 4) * 4;
  const gates = heap.scratch(8 * padded);
  heap.floats(gates, gate.length).set(gate);
  heap.floats(gates + 4 * padded, up.length).set(up);
  kernels.siluGate(gates, gates + 4 * padded, gate.length);
  return heap.floats(gates, gate.length).slice();
}

/**
 * The plain case, and masks that all heads share; the rest is the reference's: masks of each head, observers, soft caps, odd
 * head widths, caches out of order.
 */
function attend(heap: WasmHeap, kernels: Kernels, call: AttentionCall): Float32Array {
  const {heads, kvHeads, headDim, queryPositions, keyPositions, mask, observe, softcap} = call;
  const {scale = 1 / Math.sqrt(headDim)} = call;
  if (observe || softcap !== undefined || headDim % 4 !== 0) return attention(call);
  const [T, L] = [queryPositions.length, keyPositions.length];
  if (mask !== undefined) {
    if (mask.length !== T * L) return attention(call);
    const {q, k, v, out, scores, lists} = placed(heap, call, T * L + T);
    const counts = lists + 4 * T * L;
    writeLists(heap, call, lists, counts);
    kernels.attentionListed(q, k, v, out, lists, counts, scores, T, heads, kvHeads, headDim, scale);
    return heap.floats(out, call.q.length).slice();
  }
  const ranges = visibleRanges(call);
  if (ranges === undefined) return attention(call);
  const {q, k, v, out, scores, lists: first} = placed(heap, call, 2 * T);
  const last = first + 4 * T;
  heap.integers(first, T).set(ranges.first);
  heap.integers(last, T).set(ranges.last);
  kernels.attention(q, k, v, out, first, last, scores, T, heads, kvHeads, headDim, scale);
  return heap.floats(out, call.q.length).slice();
}

/** Room for a call, its queries, keys and values copied there, and for so many integers beside them. */
function placed(heap: WasmHeap, {q, keys, values, keyPositions}: AttentionCall, integers: number) {
  const padded = Math.ceil(keyPositions.length / 4) * 4;
  const at = heap.scratch(4 * (2 * q.length + keys.length + values.length + padded + integers));
  const [k, v] = [at + 4 * q.length, at + 4 * (q.length + keys.length)];
  const out = v + 4 * values.length;
  const scores = out + 4 * q.length;
  heap.floats(at, q.length).set(q);
  heap.floats(k, keys.length).set(keys);
  heap.floats(v, values.length).set(values);
  return {q: at, k, v, out, scores, lists: scores + 4 * padded};
}

/** The keys that each query sees, one list after the other, as the bytes at which their rows begin. */
function writeLists(heap: WasmHeap, call: AttentionCall, lists: number, counts: number): void {
  const {queryPositions, keyPositions, kvHeads, headDim} = call;
  const [T, L] = [queryPositions.length, keyPositions.length];
  const [places, found] = [heap.integers(lists, T * L), heap.integers(counts, T)];
  let end = 0;
  for (let i = 0; i < T; i++) {
    found[i] = seenRows(places.subarray(end), call, 0, i);
    end += found[i];
  }
  for (let n = 0; n < end; n++) places[n] *= 4 * kvHeads * headDim;
}

/**
 * The keys that each query sees, as ranges; undefined if they are none, or if a query sees no key.
 * Both positions ascend in a plain cache.
 */
function visibleRanges({queryPositions, keyPositions, window, causal = true}: AttentionCall) {
  const first = new Int32Array(queryPositions.length);
  const last = new Int32Array(queryPositions.length);
  for (let j = 1; j < keyPositions.length; j++) if (keyPositions[j] <= keyPositions[j - 1]) return undefined;
  if (!causal && window === null) return {first, last: last.fill(keyPositions.length)};
  let [from, to] = [0, 0];
  for (let i = 0; i < queryPositions.length; i++) {
    const position = queryPositions[i];
    if (i > 0 && position < queryPositions[i - 1]) return undefined;
    while (to < keyPositions.length && keyPositions[to] <= position) to++;
    while (window !== null && from < to && keyPositions[from] <= position - window) from++;
    if (from === to) return undefined;
    first[i] = from;
    last[i] = to;
  }
  return {first, last};
}
