import {scanWasm} from "../kernels/generated/scan.js";
import type {WasmHeap} from "../kernels/wasm-heap.js";
import type {CausalConvInput, CausalConvOutput} from "../ssm/causal-conv1d.js";
import type {ScanOutput, SelectiveScanInput} from "../ssm/scan-input.js";
import type {SsdInput} from "../ssm/ssd.js";
import {referenceScans, type Scans} from "./scans.js";

interface Kernels {
  timeSteps(delta: number, bias: number, L: number, D: number, soft: number): void;
  addSkip(y: number, u: number, skip: number, rows: number, width: number): void;
  gate(y: number, z: number, n: number): void;
  causalConv1dSilu(x: number, weight: number, bias: number, y: number, L: number, D: number, K: number): void;
  selectiveScan(
    u: number,
    delta: number,
    A: number,
    B: number,
    C: number,
    state: number,
    y: number,
    L: number,
    D: number,
    N: number,
    G: number,
  ): void;
  ssd(
    x: number,
    dt: number,
    A: number,
    B: number,
    C: number,
    state: number,
    y: number,
    L: number,
    H: number,
    P: number,
    N: number,
    G: number,
  ): void;
}

/**
 * The scans in WebAssembly with SIMD, one thread, in float32. After T tokens an output differs from the reference by at
 * most 2^-21 (T (2 + X) + N) times the same scan of magnitudes, where X is the largest delta |A|, at most 88: exp is
 * within 2 units in the last place of an argument that is itself rounded. Sizes that no vector of four divides, and
 * rules other than the default ones, are the reference's.
 */
export async function wasmScans(heap: WasmHeap): Promise<Scans> {
  const kernels = await heap.instantiate<Kernels>(scanWasm);
  return {
    causalConv1dSilu: (input) =>
      input.channels % 4 === 0 ? conv(heap, kernels, input) : referenceScans.causalConv1dSilu(input),
    selectiveScan: (input) =>
      isPlain(input) ? selectiveScan(heap, kernels, input) : referenceScans.selectiveScan(input),
    ssd: (input) => (input.stateSize % 4 === 0 ? ssd(heap, kernels, input) : referenceScans.ssd(input)),
  };
}

/** A state that grows is left to the reference: the kernel's exp is one of decays. */
function isPlain({
  stateSize,
  A,
  discretization = "euler",
  softplusThreshold = 20,
}: SelectiveScanInput<Float32Array>): boolean {
  const isDefault = discretization === "euler" && softplusThreshold === 20;
  return stateSize % 4 === 0 && isDefault && A.every((rate) => rate <= 0);
}

/** Places one array after another in the scratch memory, each with room up to a multiple of 4 numbers. */
function lay(heap: WasmHeap, ...arrays: (Float32Array | Float64Array | number)[]): number[] {
  const lengthOf = (array: Float32Array | Float64Array | number) =>
    Math.ceil((typeof array === "number" ? array : array.length) / 4) * 16;
  const start = heap.scratch(arrays.reduce((bytes: number, array) => bytes + lengthOf(array), 0));
  let at = start;
  return arrays.map((array) => {
    const pointer = at;
    if (typeof array !== "number") heap.floats(pointer, array.length).set(array);
    at += lengthOf(array);
    return pointer;
  });
}

function conv(
  heap: WasmHeap,
  kernels: Kernels,
  {channels, width, x, weight, bias, state}: CausalConvInput<Float32Array>,
): CausalConvOutput<Float32Array> {
  const before = (width - 1) * channels;
  const padded = new Float32Array(before + x.length);
  if (state !== undefined) padded.set(state);
  padded.set(x, before);
  const byToken = new Float32Array(weight.length);
  for (let i = 0; i < weight.length; i++)
    byToken[(i % width) * channels + Math.floor(i / width)] = weight[i]!;
  const bias4 = bias ?? new Float32Array(channels);
  const [input, weights, biases, out] = lay(heap, padded, byToken, bias4, x.length) as [
    number,
    number,
    number,
    number,
  ];
  kernels.causalConv1dSilu(input, weights, biases, out, x.length / channels, channels, width);
  const y = heap.floats(out, x.length).slice();
  return {y, state: new Float64Array(padded.subarray(padded.length - before))};
}

function selectiveScan(
  heap: WasmHeap,
  kernels: Kernels,
  input: SelectiveScanInput<Float32Array>,
): ScanOutput<Float32Array> {
  const {channels: D, stateSize: N, groups: G = 1, u, deltaSoftplus = true, z} = input;
  const L = u.length / D;
  const bias = input.deltaBias ?? new Float32Array(D);
  const state = input.state ?? new Float64Array(D * N);
  const skip = input.D ?? new Float32Array(D);
  const [pu, delta, A, B, C, h, y, pBias, pSkip, pz] = lay(
    heap,
    u,
    input.delta,
    input.A,
    input.B,
    input.C,
    state,
    u.length,
    bias,
    skip,
    z ?? 0,
  ) as [number, number, number, number, number, number, number, number, number, number];
  kernels.timeSteps(delta, pBias, L, D, deltaSoftplus ? 1 : 0);
  kernels.selectiveScan(pu, delta, A, B, C, h, y, L, D, N, G);
  if (input.D !== undefined) kernels.addSkip(y, pu, pSkip, L, D);
  if (z !== undefined) kernels.gate(y, pz, u.length);
  return {y: heap.floats(y, u.length).slice(), state: new Float64Array(heap.floats(h, D * N))};
}

function ssd(heap: WasmHeap, kernels: Kernels, input: SsdInput<Float32Array>): ScanOutput<Float32Array> {
  const {heads: H, headDim: P, stateSize: N, groups: G = 1, x, dt, A, B, C, D} = input;
  const L = x.length / (H * P);
  const state = input.state ?? new Float64Array(H * P * N);
  const skip = new Float32Array(H * P).map((_, i) => D?.[Math.floor(i / P)] ?? 0);
  const [px, pdt, pA, pB, pC, h, y, pSkip] = lay(heap, x, dt, A, B, C, state, x.length, skip) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  kernels.ssd(px, pdt, pA, pB, pC, h, y, L, H, P, N, G);
  if (D !== undefined) kernels.addSkip(y, px, pSkip, L, H * P);
  return {y: heap.floats(y, x.length).slice(), state: new Float64Array(heap.floats(h, H * P * N))};
}
