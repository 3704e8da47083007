/** Codes of 2 to 8 bits in WebAssembly: found by a table of casts, and valued by one. */
import type {Format, Packed} from "../../formats/format.js";
import {SHIFTED_VALUES} from "../../formats/fp6/bit-shift.js";
import {type Fp6Options, fp6} from "../../formats/fp6/fp6.js";
import {splitStreams} from "../../formats/fp6/split.js";
import {packedLength, packScales, requirePart, scaleBytes, unpackScales} from "../../formats/pack.js";
import {unpackTensorScale} from "../../formats/tensor-scale.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount} from "../../tensor/tensor.js";

/** The kernel of codes under shared scales. */
export interface CodesKernel {
  castError(x: number, count: number, scale: number, table: number, values: number, limit: number): number;
  stepErrors(x: number, groups: number, size: number, scales: number, most: number, errors: number): void;
  castCodes(x: number, groups: number, size: number, scales: number, table: number, codes: number): void;
  packCodes(from: number, bits: number, count: number, to: number): void;
  packField(from: number, shift: number, bits: number, count: number, to: number): void;
  unpackCodes(from: number, bits: number, count: number, to: number): void;
  addField(from: number, shift: number, bits: number, count: number, to: number): void;
  decodeFew(
    codes: number,
    groups: number,
    size: number,
    table: number,
    scales: number,
    x: number,
    areNibbles: number,
  ): void;
  decodeBytes(codes: number, groups: number, size: number, table: number, scales: number, x: number): void;
  decodeIntegers(codes: number, groups: number, size: number, scales: number, x: number): void;
}

/** Values unpacked at once: a quarter of a megabyte of floats, which stays in the second cache. */
const AT_ONCE = 2 ** 16;
/** Elements that the kernel takes at once. */
const LANES = 16;

/** Gives the values of the codes of a tensor that has some of its own. */
export type ValuesOf = (packed: Packed) => readonly number[];

/** The decoder of a format whose record tells how codes and scales are read; null where it does not, or codes are longer than a byte. */
export function codeDecoder(
  heap: WasmHeap,
  kernel: CodesKernel,
  format: Format,
  valuesOf?: ValuesOf,
): Format["decode"] | null {
  const {reading, codebook} = format;
  const {bits, values} = codebook;
  const {codebooks, hasZeroPoints} = reading ?? {};
  if (reading === undefined || codebooks || hasZeroPoints || bits > 8 || !Number.isInteger(bits)) {
    return null;
  }
  let valued: Valued | undefined;
  let table: number | undefined;
  return (packed, into) => {
    const columns = packed.shape.at(-1) ?? 1;
    const size = reading.groupSize ?? columns;
    if (size === 0 || columns % size !== 0 || size % LANES !== 0) return format.decode(packed);
    const count = elementCount(packed.shape);
    const codes = requirePart(packed, "codes", packedLength(count, bits));
    const scales = scalesOf(format, packed, count / size);
    if (valued === undefined || valuesOf !== undefined) {
      const own = valuesOf?.(packed) ?? values;
      table ??= heap.allocate(TABLE);
      valued = valuedBy(heap, kernel, {bits, values: own, table});
    }
    const data = into?.length === count ? into : new Float32Array(count);
    decodeGroups(heap, kernel, valued, {streams: [{codes, bits, shift: 0}], scales, size}, data);
    return {shape: [...packed.shape], data};
  };
}

const FP6S: readonly Fp6Options[] = [{}, {split: "2+4"}, {groupSize: 256}];

/** Decoders of codes in two streams, by the id of their format. */
export function fp6Decoders(
  heap: WasmHeap,
  kernel: CodesKernel,
): ReadonlyMap<string, Pick<Format, "decode">> {
  const table = heap.allocate(TABLE);
  const valued = valuedBy(heap, kernel, {bits: 6, values: [...SHIFTED_VALUES], table});
  return new Map(
    FP6S.map((options): [string, Pick<Format, "decode">] => {
      const format = fp6(options);
      const {split = "4+2", groupSize} = options;
      const type = groupSize === undefined ? "f32" : "f16";
      const decode: Format["decode"] = (packed, into) => {
        const size = groupSize ?? packed.shape.at(-1) ?? 1;
        if (size === 0 || size % LANES !== 0) return format.decode(packed);
        const count = elementCount(packed.shape);
        // The lower bits first: those above are added to them.
        const streams = splitStreams(split)
          .toReversed()
          .map(({part, bits, shift}) => ({
            ...{bits, shift, codes: requirePart(packed, part, packedLength(count, bits))},
          }));
        const stored = requirePart(packed, "scales", (count / size) * scaleBytes[type]);
        const data = into?.length === count ? into : new Float32Array(count);
        decodeGroups(heap, kernel, valued, {streams, scales: unpackScales(stored, type), size}, data);
        return {shape: [...packed.shape], data};
      };
      return [format.id, {decode}];
    }),
  );
}

/** Formats with one float32 scale for the tensor. */
const WHOLE: ReadonlySet<string> = new Set([
  "int8_tensor",
  "int4_tensor_full_fixed",
  "int8_tensor_full_fixed",
  "fp8_e4m3_tensor",
  "fp8_e5m2_tensor",
]);

/** The decoder of a format whose tensors have one scale: as if each row had it; null for other formats. */
export function wholeDecoder(heap: WasmHeap, kernel: CodesKernel, format: Format): Format["decode"] | null {
  return WHOLE.has(format.id) ? decoderUnderOne(heap, kernel, format) : null;
}

/** The decoder of a format with one float32 scale in the part `scales`. */
export function decoderUnderOne(
  heap: WasmHeap,
  kernel: CodesKernel,
  format: Format,
  valuesOf?: ValuesOf,
): Format["decode"] {
  const reading = {groupSize: null, scales: "f32"} as const;
  const decodeRows = codeDecoder(heap, kernel, {...format, reading}, valuesOf)!;
  return (packed, into) => {
    if (elementCount(packed.shape) === 0) return format.decode(packed);
    const [scale] = unpackScales(requirePart(packed, "scales", scaleBytes.f32), "f32");
    const rows = elementCount(packed.shape.slice(0, -1));
    const scales = packScales(new Float32Array(rows).fill(scale), "f32");
    return decodeRows({...packed, parts: {...packed.parts, scales}}, into);
  };
}

/** Scales of all groups in float32, that of the tensor multiplied in. */
function scalesOf({reading}: Format, packed: Packed, groups: number): Float32Array {
  const {scales, hasTensorScale = false} = reading!;
  if (scales === "none") return new Float32Array(groups).fill(1);
  if (typeof scales === "string") {
    return unpackScales(requirePart(packed, "scales", groups * scaleBytes[scales]), scales);
  }
  const g = hasTensorScale ? unpackTensorScale(requirePart(packed, "tensorScale", 4)) : 1;
  const worth = Float32Array.from(scales, (scale) => Math.fround(scale) * g);
  const bytes = requirePart(packed, "scales", groups);
  const found = new Float32Array(groups);
  for (let i = 0; i < groups; i++) found[i] = worth[bytes[i]];
  return found;
}

/** Bits of all codes from bit `shift` on, one after the other. */
interface Bits {
  readonly codes: Uint8Array;
  readonly bits: number;
  readonly shift: number;
}

interface Run {
  /** What codes are put together from, the lowest bits first. */
  readonly streams: readonly Bits[];
  readonly scales: Float32Array;
  readonly size: number;
}

/** Gives values to groups of unpacked codes in the memory of the kernel. */
type Valued = (codes: number, groups: number, size: number, scales: number, x: number) => void;

/** Bytes of the largest table of values. */
const TABLE = 4 * 256;

/** Values of codes of `bits` bits, and where the kernel shall find them. */
interface Values {
  readonly bits: number;
  readonly values: readonly number[];
  readonly table: number;
}

/** The way to value codes: nibbles stay packed, others are bytes. */
function valuedBy(heap: WasmHeap, kernel: CodesKernel, {bits, values, table}: Values): Valued {
  if (bits === 8 && values.every((value, code) => value === (code << 24) >> 24)) {
    return (codes, groups, size, scales, x) => kernel.decodeIntegers(codes, groups, size, scales, x);
  }
  if (bits <= 4) {
    heap.bytes(table, 64).set(bytePlanes(values));
    const areNibbles = bits === 4 ? 1 : 0;
    return (codes, groups, size, scales, x) =>
      kernel.decodeFew(codes, groups, size, table, scales, x, areNibbles);
  }
  heap.floats(table, values.length).set(values);
  return (codes, groups, size, scales, x) => kernel.decodeBytes(codes, groups, size, table, scales, x);
}

/** Up to 16 floats by their bytes: the first byte of each, then the second ones and so on. */
export function bytePlanes(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  const planes = new Uint8Array(64);
  for (let i = 0; i < bytes.length; i++) planes[16 * (i % 4) + (i >> 2)] = bytes[i];
  return planes;
}

/** Gives values to groups of codes, piece by piece. */
export function decodeGroups(
  heap: WasmHeap,
  kernel: CodesKernel,
  valued: Valued,
  {streams, scales, size}: Run,
  data: Float32Array,
): void {
  const most = Math.max(1, Math.floor(AT_ONCE / size));
  const elements = most * size;
  const isAsItIs = streams.length === 1 && (streams[0].bits === 8 || streams[0].bits === 4);
  const input = heap.scratch(10 * elements + 4 * most + 64);
  const bytes = input + 4 * elements;
  const packedAt = isAsItIs ? bytes : bytes + elements;
  const scalesAt = input + 4 * Math.ceil((6 * elements + 16) / 4);
  for (let first = 0; first < scales.length; first += most) {
    const groups = Math.min(most, scales.length - first);
    for (const {codes, bits, shift} of streams) {
      const [from, length] = [(first * size * bits) / 8, (groups * size * bits) / 8];
      heap.bytes(packedAt, length).set(codes.subarray(from, from + length));
      if (isAsItIs) continue;
      if (shift === 0) kernel.unpackCodes(packedAt, bits, groups * size, bytes);
      else kernel.addField(packedAt, shift, bits, groups * size, bytes);
    }
    heap.floats(scalesAt, groups).set(scales.subarray(first, first + groups));
    valued(bytes, groups, size, scalesAt, input);
    data.set(heap.floats(input, groups * size), first * size);
  }
}
