import {scanWasm} from "../../kernels/generated/scan.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {requireInteger} from "../../tensor/require.js";
import {referenceScans, type Scans} from "../mamba/scans.js";
import type {CausalConvInput, CausalConvOutput} from "../scan/causal-conv1d.js";
import {type ChannelMeans, groupWidth} from "../scan/channel-means.js";
import type {ScanOutput, SelectiveScanInput} from "../scan/scan-input.js";
import type {SsdInput} from "../scan/ssd.js";

type Numbers = Float32Array | Float64Array;
type Kernel = (...args: number[]) => void;
type Kernels = Readonly<
  Record<
    "addSkip" | "gate" | "causalConv1dSilu" | "channelMeans" | "selectiveScan" | "ssd" | "ssdChunk",
    Kernel
  >
>;

/** Options of the scans in WebAssembly. */
export interface WasmScansOptions {
  /** Tokens that are worked on at a time, default 32; the working memory grows with it. */
  readonly chunkSize?: number;
}

/** Sequences shorter than this take Mamba2's recurrence: a chunk would be mostly empty. */
const SHORTEST_CHUNK = 8;

/**
 * The scans in WebAssembly with SIMD, one thread, in float32. After T tokens an output differs from the reference by at
 * most 2^-21 (T (2 + X) + N) times the same scan of magnitudes, where X is the largest delta |A|, at most 88: exp is
 * within 3.6 * 2^-24 of an argument that is itself rounded. Any sizes; rules other than the default ones, a time step
 * that is negative and a state that grows are the reference's.
 * @throws RangeError if the chunk size is no integer of at least 1.
 */
export async function wasmScans(heap: WasmHeap, {chunkSize = 32}: WasmScansOptions = {}): Promise<Scans> {
  requireInteger("wasmScans", "chunkSize", chunkSize, 1);
  const kernels = await heap.instantiate<Kernels>(scanWasm);
  return {
    causalConv1dSilu: (input) =>
      input.channels % 4 === 0 ? conv(heap, kernels, input) : referenceScans.causalConv1dSilu(input),
    selectiveScan: (input) =>
      isPlain(input) ? selectiveScan(heap, kernels, input, chunkSize) : referenceScans.selectiveScan(input),
    ssd: (input) =>
      input.dt.length < SHORTEST_CHUNK * input.heads
        ? ssdSteps(heap, kernels, input)
        : ssdChunks(heap, kernels, input, chunkSize),
    channelMeans: (input) =>
      groupWidth(input) % 4 === 0 && (input.softplusThreshold ?? 20) === 20
        ? meansOfChannels(heap, kernels, input)
        : referenceScans.channelMeans(input),
  };
}

/** True where a state grows: that is left to the reference, since the kernel's exp is one of decays. */
function isPlain({
  channels,
  A,
  delta,
  deltaBias,
  deltaSoftplus = true,
  discretization = "euler",
  softplusThreshold = 20,
}: SelectiveScanInput<Float32Array>): boolean {
  const isDefault = discretization === "euler" && softplusThreshold === 20;
  const isForward = deltaSoftplus || delta.every((step, i) => step + (deltaBias?.[i % channels] ?? 0) >= 0);
  return isDefault && isForward && A.every((rate) => rate <= 0);
}

const roundUp = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

/** Views of the scratch memory by name, each of so many numbers with room up to a multiple of 4. */
function lay<Name extends string>(
  heap: WasmHeap,
  lengths: Readonly<Record<Name, number>>,
): Readonly<Record<Name, Float32Array>> {
  const entries = Object.entries<number>(lengths);
  let at = heap.scratch(4 * entries.reduce((sum, [, length]) => sum + roundUp(length, 4), 0));
  const views = entries.map(([name, length]) => {
    const view = heap.floats(at, length);
    at += 4 * roundUp(length, 4);
    return [name, view];
  });
  return Object.fromEntries(views);
}

/** Layout of blocks of rows in the kernels' memory: with room for rows and columns that are zero. */
interface Padding {
  readonly rows?: number;
  readonly toRows?: number;
  readonly columns: number;
  readonly toColumns: number;
}

/** Calls back with the place of every run of columns, here and in the kernels' memory. */
function forRuns(
  length: number,
  {rows = 1, toRows = rows, columns, toColumns}: Padding,
  copy: (at: number, place: number) => void,
): void {
  for (let row = 0; row * columns < length; row++) {
    copy(row * columns, (Math.floor(row / rows) * toRows + (row % rows)) * toColumns);
  }
}

const isPadded = ({rows, toRows = rows, columns, toColumns}: Padding): boolean =>
  rows !== toRows || columns !== toColumns;

/** Copies numbers to where a kernel reads them; all that lies between them and behind is 0. */
function spread(to: Float32Array, from: Numbers, padding: Padding): void {
  if (!isPadded(padding)) {
    to.set(from);
    to.fill(0, from.length);
    return;
  }
  to.fill(0);
  const {columns} = padding;
  forRuns(from.length, padding, (at, place) => to.set(from.subarray(at, at + columns), place));
}

/** Copies numbers back from where a kernel left them. */
function gather(to: Numbers, from: Float32Array, padding: Padding): void {
  if (!isPadded(padding)) {
    to.set(from.subarray(0, to.length));
    return;
  }
  const {columns} = padding;
  forRuns(to.length, padding, (at, place) => to.set(from.subarray(place, place + columns), at));
}

function conv(
  heap: WasmHeap,
  kernels: Kernels,
  {channels, width, x, weight, bias, state}: CausalConvInput<Float32Array>,
): CausalConvOutput<Float32Array> {
  const before = (width - 1) * channels;
  const {padded, weights, biases, y} = lay(heap, {
    padded: before + x.length,
    weights: weight.length,
    biases: channels,
    y: x.length,
  });
  padded.fill(0);
  padded.set(state ?? []);
  padded.set(x, before);
  for (let i = 0; i < weight.length; i++) weights[(i % width) * channels + Math.floor(i / width)] = weight[i];
  biases.fill(0);
  biases.set(bias ?? []);
  const places = [padded, weights, biases, y].map((view) => view.byteOffset);
  kernels.causalConv1dSilu(...places, x.length / channels, channels, width);
  return {y: y.slice(), state: new Float64Array(padded.subarray(x.length))};
}

function selectiveScan(
  heap: WasmHeap,
  kernels: Kernels,
  input: SelectiveScanInput<Float32Array>,
  chunkSize: number,
): ScanOutput<Float32Array> {
  const {channels, stateSize, groups: G = 1, u, deltaSoftplus = true} = input;
  const L = u.length / channels;
  const T = Math.min(chunkSize, L);
  const perGroup = channels / G;
  const [wide, N] = [roundUp(perGroup, 4), roundUp(stateSize, 4)];
  const D = G * wide;
  const byChannel = {columns: perGroup, toColumns: wide};
  const byState = {columns: stateSize, toColumns: N};
  const ofChannel = {...byState, rows: perGroup, toRows: wide};
  const part = lay(heap, {
    ...{u: T * D, delta: T * D, z: T * D, y: T * D, B: T * G * N, C: T * G * N},
    ...{A: D * N, state: D * N, bias: D, skip: D, room: 4 * (7 * T + 2 * N)},
  });
  spread(part.A, input.A, ofChannel);
  for (let i = 0; i < part.A.length; i++) part.A[i] = part.A[i] * Math.LOG2E;
  spread(part.state, input.state ?? new Float64Array(0), ofChannel);
  spread(part.bias, input.deltaBias ?? new Float32Array(0), byChannel);
  spread(part.skip, input.D ?? new Float32Array(0), byChannel);
  const {A, B, C, state, bias, skip, room, delta, z} = part;
  const places = [part.u, delta, bias, A, B, C, state, part.y, room].map((view) => view.byteOffset);
  const y = new Float32Array(u.length);
  for (let from = 0; from < L; from += T) {
    const to = Math.min(from + T, L);
    const chunk = (values: Float32Array, width: number) => values.subarray(from * width, to * width);
    spread(part.u, chunk(u, channels), byChannel);
    spread(delta, chunk(input.delta, channels), byChannel);
    spread(B, chunk(input.B, G * stateSize), byState);
    spread(C, chunk(input.C, G * stateSize), byState);
    kernels.selectiveScan(...places, to - from, D, N, G, deltaSoftplus ? 1 : 0);
    if (input.D !== undefined)
      kernels.addSkip(part.y.byteOffset, part.u.byteOffset, skip.byteOffset, to - from, D);
    if (input.z !== undefined) {
      spread(z, chunk(input.z, channels), byChannel);
      kernels.gate(part.y.byteOffset, z.byteOffset, (to - from) * D);
    }
    gather(chunk(y, channels), part.y, byChannel);
  }
  const carried = new Float64Array(channels * stateSize);
  gather(carried, state, ofChannel);
  return {y, state: carried};
}

/** Means over channels, which lie side by side in every group. */
function meansOfChannels(
  heap: WasmHeap,
  kernels: Kernels,
  input: SelectiveScanInput<Float32Array>,
): ChannelMeans {
  const {channels, groups: G = 1, u, deltaSoftplus = true} = input;
  const rows = u.length / channels;
  const part = lay(heap, {x: u.length, bias: channels, y: rows * G});
  const run = (x: Float32Array, bias: Float32Array, soft: boolean) => {
    part.x.set(x);
    part.bias.set(bias);
    const places = [part.x, part.bias, part.y].map((view) => view.byteOffset);
    kernels.channelMeans(...places, rows, G, channels / G, soft ? 1 : 0);
    return part.y.slice();
  };
  const none = new Float32Array(channels);
  return {u: run(u, none, false), steps: run(input.delta, input.deltaBias ?? none, deltaSoftplus)};
}

/** Mamba2's layer token by token. */
function ssdSteps(heap: WasmHeap, kernels: Kernels, input: SsdInput<Float32Array>): ScanOutput<Float32Array> {
  const {heads: H, headDim: P, stateSize, groups: G = 1, x} = input;
  const L = input.dt.length / H;
  const N = roundUp(stateSize, 4);
  const byState = {columns: stateSize, toColumns: N};
  const {dt, A, B, C, state, y, skip, ...part} = lay(heap, {
    ...{x: x.length, dt: L * H, A: H, B: L * G * N, C: L * G * N},
    ...{state: H * P * N, y: x.length, skip: H * P},
  });
  part.x.set(x);
  dt.set(input.dt);
  A.set(input.A);
  spread(B, input.B, byState);
  spread(C, input.C, byState);
  spread(state, input.state ?? new Float64Array(0), byState);
  const places = [part.x, dt, A, B, C, state, y].map((view) => view.byteOffset);
  kernels.ssd(...places, L, H, P, N, G);
  addSkip(kernels, input, {y, x: part.x, skip}, L, P);
  const carried = new Float64Array(H * P * stateSize);
  gather(carried, state, byState);
  return {y: y.slice(), state: carried};
}

/** y + D x for every head, whose channels are `width` apart. */
function addSkip(
  kernels: Kernels,
  {heads, D}: SsdInput<Float32Array>,
  {y, x, skip}: Readonly<Record<"y" | "x" | "skip", Float32Array>>,
  tokens: number,
  width: number,
): void {
  if (D === undefined) return;
  for (let head = 0; head < heads; head++) skip.fill(D[head], head * width, (head + 1) * width);
  kernels.addSkip(y.byteOffset, x.byteOffset, skip.byteOffset, tokens, heads * width);
}

/** Mamba2's layer in chunks. */
function ssdChunks(
  heap: WasmHeap,
  kernels: Kernels,
  input: SsdInput<Float32Array>,
  chunkSize: number,
): ScanOutput<Float32Array> {
  const {heads: H, headDim, stateSize, groups: G = 1, x} = input;
  const L = input.dt.length / H;
  const T = roundUp(Math.min(chunkSize, L), 8);
  const [P, N] = [roundUp(headDim, 8), roundUp(stateSize, 4)];
  const byChannel = {columns: headDim, toColumns: P};
  const byState = {columns: stateSize, toColumns: N};
  const byHead = {columns: H, toColumns: H};
  const {dt, A, B, C, state, room, skip, ...part} = lay(heap, {
    ...{x: T * H * P, dt: T * H, A: H, B: T * G * N, C: T * G * N, state: H * P * N},
    ...{y: T * H * P, room: (2 * N + 2 * T + 11) * T + 36, skip: H * P},
  });
  A.set(input.A);
  state.fill(0);
  const stateAt = panelPlace(headDim, P, stateSize, N);
  input.state?.forEach((value, i) => {
    state[stateAt(i)] = value;
  });
  const places = [part.x, dt, A, B, C, state, part.y, room].map((view) => view.byteOffset);
  const y = new Float32Array(x.length);
  for (let from = 0; from < L; from += T) {
    const to = Math.min(from + T, L);
    const chunk = (values: Float32Array, width: number) => values.subarray(from * width, to * width);
    spread(part.x, chunk(x, H * headDim), byChannel);
    spread(dt, chunk(input.dt, H), byHead);
    spread(B, chunk(input.B, G * stateSize), byState);
    spread(C, chunk(input.C, G * stateSize), byState);
    kernels.ssdChunk(...places, roundUp(to - from, 8), H, P, N, G);
    addSkip(kernels, input, {...part, skip}, to - from, P);
    gather(chunk(y, H * headDim), part.y, byChannel);
  }
  const carried = new Float64Array(H * headDim * stateSize).map((_, i) => state[stateAt(i)]);
  return {y, state: carried};
}

/** Place of number i of a state [H, headDim, stateSize] in the panels [H, P / 8, N, 8] of the kernel. */
function panelPlace(headDim: number, P: number, stateSize: number, N: number): (i: number) => number {
  return (i) => {
    const row = Math.floor(i / stateSize);
    const [head, p] = [Math.floor(row / headDim), row % headDim];
    return (head * P + (p & ~7)) * N + 8 * (i % stateSize) + (p & 7);
  };
}
