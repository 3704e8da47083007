/** Formats with a scale for each group, row or tensor, packed in WebAssembly. */
import type {EncodeOptions, Format, Packed} from "../../formats/format.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {PieceMoves} from "../../kernels/kernel-threads.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {largest} from "../../stats/extent.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type Grouped, type GroupKernels, type PackGroups, wholeCodes} from "./grouped.js";
import {groupedFormats} from "./grouped-formats.js";
import type {GroupsKernel, Scales} from "./scale-makers.js";
import {blocksOfPiece, type Piece, piecesAtOnce, piecesOf} from "./wasm-codec.js";

/** Elements of a group must be whole vectors, and their codes whole bytes. */
const LANES = 16;
/** The most bytes that hold the scale of a group. */
const SCALE_BYTES = 4;

/** Encoders by the id of their format, for rows of whole groups. */
export function wasmGroupEncoders(
  heap: WasmHeap,
  kernels: GroupKernels,
): ReadonlyMap<string, Format["encode"]> {
  return new Map(
    groupedFormats(heap, kernels).map((each) => [each.format.id, encoderOf(heap, kernels, each)]),
  );
}

/** Gives the largest magnitude of each `size` elements, whole vectors of four; infinity or NaN where there is one. */
export type AbsMaxOf = (data: Float32Array, size: number) => Float32Array;

/** The same by the kernel. */
export const absMaxOf =
  (heap: WasmHeap, {call, runPieces}: KernelRun<GroupsKernel>, ways: number): AbsMaxOf =>
  (data, size) => {
    const amax = new Float32Array(data.length / size);
    for (const parts of roundsOf(heap, data.length, size, ways)) {
      const pieces = parts.map((part) => [call("absMax", magnitudesOf(part, size))]);
      runPieces(pieces, {
        bring: (i) => putPart(heap, data, size, parts[i]),
        fetch: (i) => amax.set(heap.floats(parts[i].output, parts[i].count), parts[i].first),
      });
    }
    return amax;
  };

/** Gives the largest magnitude of whole vectors of 16; infinity or NaN where there is one. */
export type LargestOf = (data: Float32Array) => number;

/** The same by the kernel. */
export const largestOf =
  (heap: WasmHeap, groups: KernelRun<GroupsKernel>, ways: number): LargestOf =>
  (data) => {
    const rounds = roundsOf(heap, data.length, LANES, ways);
    return largest(
      rounds.map((parts) =>
        largestOfParts(heap, groups, parts, LANES, {
          bring: (i) => putPart(heap, data, LANES, parts[i]),
        }),
      ),
    );
  };

/** The largest magnitude of groups that the moves bring into the memory of the kernel. */
function largestOfParts(
  heap: WasmHeap,
  {call, runPieces}: KernelRun<GroupsKernel>,
  parts: readonly Part[],
  size: number,
  moves: PieceMoves,
): number {
  runPieces(
    parts.map(({at, count, output}) => [call("absMax", [at, 1, count * size, output])]),
    moves,
  );
  return largest(parts.map(({output}) => heap.floats(output, 1)[0]));
}

/** Arguments of the kernel for the largest magnitude of each group. */
const magnitudesOf = ({at, count, output}: Part, size: number): number[] => [at, count, size, output];

/** The encoder of a format by its groups. */
export function encoderOf(
  heap: WasmHeap,
  {groups, ways}: GroupKernels,
  {format, size: fixed, pack, scales, streams = wholeCodes(format.codebook.bits)}: Grouped,
): Format["encode"] {
  return (x: Tensor, options: EncodeOptions = {}): Packed => {
    const size = fixed ?? x.shape.at(-1) ?? 1;
    if (x.data.length === 0 || size % LANES !== 0) return format.encode(x, options);
    const packGroups = pack();
    const rounds = roundsOf(heap, x.data.length, size, ways);
    // What fits at once is put there once, also where its largest magnitude is asked for first.
    let there: readonly Part[] | null = null;
    const putInto = (parts: readonly Part[]) => {
      if (there === parts) return {};
      there = parts;
      return {bring: (i: number) => putPart(heap, x.data, size, parts[i])};
    };
    const largestMagnitude = () =>
      largest(rounds.map((parts) => largestOfParts(heap, groups, parts, size, putInto(parts))));
    const made = scales(largestMagnitude, options);
    if (made === null) return format.encode(x, options);
    const codes = streams.map(({part, bits}) => [part, new Uint8Array((x.data.length * bits) / 8)] as const);
    const stored = new Uint8Array((made.bytes * x.data.length) / size);
    for (const parts of rounds) {
      const fetch = (i: number): void => {
        const {first, count, scalesAt, codesAt} = parts[i];
        let from = codesAt;
        streams.forEach(({bits}, stream) => {
          const each = (size * bits) / 8;
          codes[stream][1].set(heap.bytes(from, count * each), first * each);
          from += count * each;
        });
        stored.set(heap.bytes(scalesAt, count * made.bytes), first * made.bytes);
      };
      const packing = {size, scales: made, pack: packGroups, moves: {...putInto(parts), fetch}};
      // What is not finite is refused, or has codes of its own: both are the plain encoder's to say.
      if (!packParts(groups, packing, parts)) return format.encode(x, options);
    }
    const parts = {...Object.fromEntries(codes), ...(made.bytes > 0 && {scales: stored}), ...made.parts};
    return {format: format.id, shape: [...x.shape], parts};
  };
}

interface Packing {
  readonly size: number;
  readonly scales: Scales;
  readonly pack: PackGroups;
  readonly moves: PieceMoves;
}

/** Packs the groups of parts: at once where the kernel makes their scales, too. Gives false where some are not finite. */
function packParts(
  {call, runPieces}: KernelRun<GroupsKernel>,
  {size, scales, pack, moves}: Packing,
  parts: readonly Part[],
): boolean {
  const magnitudes = (part: Part) => call("absMax", magnitudesOf(part, size));
  const placesOf = ({at, first, count, output, scalesAt, codesAt}: Part) => {
    return {x: at, size, largest: output, first, groups: count, stored: scalesAt, room: codesAt};
  };
  const packed = ({at, count, output, codesAt}: Part) =>
    pack({x: at, groups: count, size, scales: output, codes: codesAt});
  if ("call" in scales) {
    const pieces = parts.map((part) => [magnitudes(part), scales.call(placesOf(part)), ...packed(part)]);
    return runPieces(pieces, moves);
  }
  const found = parts.map((part) => [magnitudes(part)]);
  if (!runPieces(found, {bring: moves.bring})) return false;
  scales.make(parts.map(placesOf));
  return runPieces(parts.map(packed), {fetch: moves.fetch});
}

/** Groups that are in the memory of the kernel, and room behind them: a float for each, its stored scale, codes. */
interface Part extends Piece {
  readonly output: number;
  readonly scalesAt: number;
  readonly codesAt: number;
}

/** Parts of so many elements, those that are in memory at once together. */
function roundsOf(
  heap: WasmHeap,
  elements: number,
  size: number,
  ways: number,
): readonly (readonly Part[])[] {
  const groups = elements / size;
  const most = blocksOfPiece(groups, size, ways);
  const atOnce = piecesAtOnce(ways);
  // Kernels write scales of four groups at a time.
  const padded = 4 * Math.ceil(most / 4);
  const output = 4 * most * size;
  const scalesAt = output + 4 * padded;
  const codesAt = scalesAt + SCALE_BYTES * padded;
  const place = Math.ceil((codesAt + 2 * most * size + 64) / 64) * 64;
  const scratch = heap.scratch(place * atOnce);
  return Array.from(piecesOf(groups, {most, atOnce, scratch, place}), (pieces) =>
    pieces.map((piece) => ({
      at: piece.at,
      first: piece.first,
      count: piece.count,
      output: piece.at + output,
      scalesAt: piece.at + scalesAt,
      codesAt: piece.at + codesAt,
    })),
  );
}

/** Copies the groups of a part into the memory of the kernel. */
function putPart(heap: WasmHeap, data: Float32Array, size: number, {at, first, count}: Part): void {
  const part = data.subarray(first * size, (first + count) * size);
  heap.floats(at, part.length).set(part);
}
