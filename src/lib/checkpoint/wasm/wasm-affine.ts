/** Integers above a zero point or an offset, packed and unpacked in WebAssembly. */
import type {Format, Packed} from "../../formats/format.js";
import {type IntOptions, int, intZeroPoints} from "../../formats/int.js";
import {intOffset, offsetScale, storedOffset} from "../../formats/int-offset.js";
import {
  packCodes,
  packedLength,
  packScales,
  requirePart,
  scaleBytes,
  unpackCodes,
  unpackScales,
} from "../../formats/pack.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {blocksOfPiece, type FastCodec, piecesAtOnce, piecesOf} from "./wasm-codec.js";
import type {CodesKernel} from "./wasm-codes.js";

type PackAbove = (
  x: number,
  groups: number,
  size: number,
  scales: number,
  above: number,
  highest: number,
  codes: number,
) => void;
type UnpackAbove = (
  codes: number,
  groups: number,
  size: number,
  scales: number,
  above: number,
  x: number,
) => void;

/** The kernel of codes above a zero point or an offset. */
export interface AffineKernel {
  extremes(x: number, groups: number, size: number, least: number, most: number): number;
  readonly codesAboveZero: PackAbove;
  readonly codesAboveOffset: PackAbove;
  readonly valuesAboveZero: UnpackAbove;
  readonly valuesAboveOffset: UnpackAbove;
}

/** What groups have beside their codes: scales, and zero points or offsets, which codes are counted from. */
interface Above {
  readonly scales: Float32Array;
  readonly above: Float32Array;
}

/** A format by its groups. */
interface Affine {
  readonly format: Format;
  readonly pack: "codesAboveZero" | "codesAboveOffset";
  readonly unpack: UnpackAbove;
  readonly choose: (least: Float32Array, most: Float32Array) => Above;
  /** The part that holds zero points or offsets. */
  readonly store: (above: Float32Array) => Readonly<Record<string, Uint8Array>>;
  /** That part as the kernel reads it. */
  readonly load: (packed: Packed, groups: number) => Uint8Array;
}

/** Floats unpacked at once, a quarter of a megabyte: whole groups of every size. */
const AT_ONCE = 2 ** 16;

const ASYMMETRIC: readonly IntOptions[] = [
  ...[3, 4, 8].map((bits) => ({bits})),
  {bits: 4, groupSize: 32},
].map((options) => ({...options, scheme: "asym"}));

interface Kernels {
  readonly affine: KernelRun<AffineKernel>;
  readonly codes: KernelRun<CodesKernel>;
  readonly ways: number;
}

/** Encoders and decoders by the id of their format, for rows of whole groups. */
export function wasmAffineCodecs(heap: WasmHeap, kernels: Kernels): ReadonlyMap<string, FastCodec> {
  const {kernel} = kernels.affine;
  const all = [
    ...ASYMMETRIC.map((options) => asymmetric(kernel, options)),
    ...[2, 3, 4].map((bits) => withOffsets(kernel, bits)),
  ];
  return new Map(
    all.map((affine): [string, FastCodec] => [
      affine.format.id,
      {
        encode: (x) => encode(heap, kernels, affine, x),
        decode: (packed, into) => decode(heap, kernels.codes.kernel, affine, packed, into),
      },
    ]),
  );
}

function asymmetric(kernel: AffineKernel, options: IntOptions): Affine {
  const format = int(options);
  const {bits} = format.codebook;
  return {
    format,
    pack: "codesAboveZero",
    unpack: kernel.valuesAboveZero,
    choose(least, most) {
      const {scales, zeroPoints} = intZeroPoints(least, most, options);
      return {scales, above: Float32Array.from(zeroPoints)};
    },
    store: (above) => ({zeroPoints: packCodes(Uint8Array.from(above), bits)}),
    load(packed, groups) {
      const part = requirePart(packed, "zeroPoints", packedLength(groups, bits));
      return unpackCodes(part, bits, groups) as Uint8Array;
    },
  };
}

function withOffsets(kernel: AffineKernel, bits: number): Affine {
  const highest = 2 ** bits - 1;
  return {
    format: intOffset({bits}),
    pack: "codesAboveOffset",
    unpack: kernel.valuesAboveOffset,
    choose: (least, most) => ({
      scales: least.map((low, group) => offsetScale(low, most[group], highest)),
      above: least.map(storedOffset),
    }),
    store: (above) => ({offsets: packScales(above, "f16")}),
    load(packed, groups) {
      const offsets = unpackScales(requirePart(packed, "offsets", groups * scaleBytes.f16), "f16");
      return new Uint8Array(offsets.buffer);
    },
  };
}

const sizeOf = ({format}: Affine): number => format.blockSize!;

function encode(
  heap: WasmHeap,
  {affine: {run}, codes: codesRun, ways}: Kernels,
  affine: Affine,
  x: Tensor,
): Packed {
  const {format, pack, choose, store} = affine;
  const {bits} = format.codebook;
  const size = sizeOf(affine);
  const groups = x.data.length / size;
  const packed = new Uint8Array((x.data.length * bits) / 8);
  const scales = new Float32Array(groups);
  const above = new Float32Array(groups);
  const most = blocksOfPiece(groups, size, ways);
  const atOnce = piecesAtOnce(ways);
  const [elements, atScales, atAbove] = [most * size, 4 * most * size, 4 * most * (size + 1)];
  const atCodes = atAbove + 4 * most;
  const place = Math.ceil((atCodes + 2 * elements + 64) / 64) * 64;
  const scratch = heap.scratch(place * atOnce);
  for (const pieces of piecesOf(groups, {most, atOnce, scratch, place})) {
    for (const {at, first, count} of pieces) {
      heap.floats(at, count * size).set(x.data.subarray(first * size, (first + count) * size));
    }
    const areFinite = run(
      "extremes",
      pieces.map(({at, count}) => [at, count, size, at + atScales, at + atAbove]),
    );
    // What is not finite is the plain encoder's to refuse.
    if (!areFinite) return format.encode(x);
    for (const {at, first, count} of pieces) {
      const [low, high] = [heap.floats(at + atScales, count), heap.floats(at + atAbove, count)];
      const made = choose(low.slice(), high.slice());
      low.set(made.scales);
      high.set(made.above);
      scales.set(made.scales, first);
      above.set(made.above, first);
    }
    run(
      pack,
      pieces.map(({at, count}) => [
        ...[at, count, size, at + atScales, at + atAbove, 2 ** bits - 1, at + atCodes],
      ]),
    );
    const from = bits < 8 ? atCodes + elements : atCodes;
    if (bits < 8) {
      codesRun.run(
        "packCodes",
        pieces.map(({at, count}) => [at + atCodes, bits, count * size, at + from]),
      );
    }
    for (const {at, first, count} of pieces) {
      packed.set(heap.bytes(at + from, (count * size * bits) / 8), (first * size * bits) / 8);
    }
  }
  const parts = {codes: packed, scales: packScales(scales, "f16"), ...store(above)};
  return {format: format.id, shape: [...x.shape], parts};
}

function decode(
  heap: WasmHeap,
  kernel: CodesKernel,
  affine: Affine,
  packed: Packed,
  into?: Float32Array,
): Tensor {
  const {bits} = affine.format.codebook;
  const size = sizeOf(affine);
  const count = elementCount(packed.shape);
  const groups = count / size;
  const data = into?.length === count ? into : new Float32Array(count);
  const codes = requirePart(packed, "codes", packedLength(count, bits));
  const scales = unpackScales(requirePart(packed, "scales", groups * scaleBytes.f16), "f16");
  const above = affine.load(packed, groups);
  const each = above.length / groups;
  const most = AT_ONCE / size;
  for (let first = 0; first < groups; first += most) {
    const some = Math.min(most, groups - first);
    const output = heap.scratch(6 * AT_ONCE + 8 * most + 64);
    const [atScales, atAbove] = [output + 4 * AT_ONCE, output + 4 * AT_ONCE + 4 * most];
    const atCodes = atAbove + 4 * most;
    const at = bits < 8 ? atCodes + AT_ONCE : atCodes;
    const [from, length] = [(first * size * bits) / 8, (some * size * bits) / 8];
    heap.bytes(at, length).set(codes.subarray(from, from + length));
    heap.floats(atScales, some).set(scales.subarray(first, first + some));
    heap.bytes(atAbove, some * each).set(above.subarray(first * each, (first + some) * each));
    if (bits < 8) kernel.unpackCodes(at, bits, some * size, atCodes);
    affine.unpack(atCodes, some, size, atScales, atAbove, output);
    data.set(heap.floats(output, some * size), first * size);
  }
  return {shape: [...packed.shape], data};
}
