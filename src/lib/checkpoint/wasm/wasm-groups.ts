/** Formats with a scale for each group, row or tensor, packed in WebAssembly. */
import type {EncodeOptions, Format, Packed} from "../../formats/format.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {largest} from "../../stats/extent.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type Grouped, type GroupKernels, type GroupsKernel, groupedFormats} from "./grouped-formats.js";
import {type Piece, piecesOf} from "./wasm-codec.js";

/** Floats packed at once: a quarter of a megabyte of them, which stays in the second cache. */
const AT_ONCE = 2 ** 16;

/** Elements of a group must be whole vectors, and their codes whole bytes. */
const LANES = 16;

/** Encoders by the id of their format, for rows of whole groups. */
export function wasmGroupEncoders(
  heap: WasmHeap,
  kernels: GroupKernels,
): ReadonlyMap<string, Format["encode"]> {
  const absMax = absMaxOf(heap, kernels.groups, kernels.ways);
  return new Map(
    groupedFormats(heap, kernels).map((each) => [
      each.format.id,
      encoderOf(heap, absMax, kernels.ways, each),
    ]),
  );
}

/** Gives the largest magnitude of each `size` elements, whole vectors of four; infinity or NaN where there is one. */
export type AbsMaxOf = (data: Float32Array, size: number) => Float32Array;

/** The same by the kernel. */
export const absMaxOf =
  (heap: WasmHeap, {run}: KernelRun<GroupsKernel>, ways: number): AbsMaxOf =>
  (data, size) => {
    const amax = new Float32Array(data.length / size);
    for (const parts of partsOf(heap, data, size, ways)) {
      run(
        "absMax",
        parts.map(({at, count, output}) => [at, count, size, output]),
      );
      for (const {first, count, output} of parts) amax.set(heap.floats(output, count), first);
    }
    return amax;
  };

function encoderOf(
  heap: WasmHeap,
  absMax: AbsMaxOf,
  ways: number,
  {format, size: fixed, isWhole = false, pack, scales}: Grouped,
): Format["encode"] {
  const {bits} = format.codebook;
  return (x: Tensor, options: EncodeOptions = {}): Packed => {
    const size = fixed ?? x.shape.at(-1) ?? 1;
    if (x.data.length === 0 || size % LANES !== 0) return format.encode(x, options);
    const amax = absMax(x.data, size);
    // What is not finite is refused, or has codes of its own: both are the plain encoder's to say.
    const shared = isWhole ? Float32Array.of(largest(amax)) : amax;
    const made = amax.every(Number.isFinite) ? scales(shared, x, options) : null;
    if (made === null) return format.encode(x, options);
    const packGroups = pack();
    const codes = new Uint8Array((x.data.length * bits) / 8);
    const codesAt = ({output, count}: Part) => output + 4 * Math.ceil(count / 4) * 4;
    for (const parts of partsOf(heap, x.data, size, ways)) {
      for (const {first, count, output} of parts) {
        const divisors = heap.floats(output, count);
        if (isWhole) divisors.fill(made.divisors[0]);
        else divisors.set(made.divisors.subarray(first, first + count));
      }
      packGroups(
        parts.map((part) => {
          const {at, count, output} = part;
          return {x: at, groups: count, size, scales: output, codes: codesAt(part)};
        }),
      );
      for (const part of parts) {
        const [from, length] = [(part.first * size * bits) / 8, (part.count * size * bits) / 8];
        codes.set(heap.bytes(codesAt(part), length), from);
      }
    }
    return {format: format.id, shape: [...x.shape], parts: {codes, ...made.parts}};
  };
}

/** Groups that are in the memory of the kernel, and room behind them. */
interface Part extends Piece {
  readonly output: number;
}

/** Hands the groups of `data` to the heap, some at a time. */
function* partsOf(
  heap: WasmHeap,
  data: Float32Array,
  size: number,
  ways: number,
): Generator<readonly Part[], void, void> {
  const most = Math.max(1, Math.floor(AT_ONCE / size));
  const elements = most * size;
  const place = Math.ceil((6 * elements + 4 * most + 64) / 64) * 64;
  const scratch = heap.scratch(place * ways);
  for (const pieces of piecesOf(data.length / size, {most, ways, scratch, place})) {
    for (const {at, first, count} of pieces) {
      const part = data.subarray(first * size, (first + count) * size);
      heap.floats(at, part.length).set(part);
    }
    yield pieces.map((piece) => ({...piece, output: piece.at + 4 * elements}));
  }
}
