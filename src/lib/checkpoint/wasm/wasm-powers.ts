/** NUPES, packed and unpacked in WebAssembly: the search of an exponent is the definition's, with faster sums. */
import type {Format, Packed} from "../../formats/format.js";
import {groupsAlong} from "../../formats/groups.js";
import {requirePart} from "../../formats/pack.js";
import {type NupesOptions, nupes, powerScale} from "../../formats/power/nupes.js";
import {type PowerLevels, powerLevels, powerValues} from "../../formats/power/power-levels.js";
import {type PowerError, searchExponent} from "../../formats/power/power-search.js";
import {packTensorScale, unpackTensorScale} from "../../formats/tensor-scale.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type GroupKernels, packedBy, wholeCodes} from "./grouped.js";
import {scaleMakers} from "./scale-makers.js";
import {thresholdBytes, thresholdRoom} from "./thresholds.js";
import type {FastCodec} from "./wasm-codec.js";
import {codeDecoder} from "./wasm-codes.js";
import {absMaxOf, encoderOf} from "./wasm-groups.js";

/** The kernel of powers. */
export interface PowersKernel {
  powerError(
    x: number,
    groups: number,
    size: number,
    scales: number,
    thresholds: number,
    magnitudes: number,
    error: number,
    limit: number,
  ): number;
  powerCodes(
    x: number,
    groups: number,
    size: number,
    scales: number,
    thresholds: number,
    codes: number,
  ): void;
}

const NUPES: readonly (NupesOptions & {readonly bits: number; readonly exponent: number | "search"})[] = [
  ...[3, 4, 8].map((bits) => ({bits, exponent: "search"}) as const),
  {bits: 4, exponent: 0.5},
];

const GROUP = 128;
/** Groups whose error is summed in one call: a quarter of a megabyte of floats. */
const AT_ONCE = 2 ** 16 / GROUP;

/** Places in the memory of the kernel, written anew for each exponent. */
interface Places {
  readonly thresholds: number;
  readonly magnitudes: number;
}

interface Kernels extends GroupKernels {
  readonly powers: KernelRun<PowersKernel>;
}

/** Encoders and decoders by the id of their format, for rows of whole groups. */
export function wasmPowerCodecs(heap: WasmHeap, kernels: Kernels): ReadonlyMap<string, FastCodec> {
  const places = {thresholds: heap.allocate(thresholdRoom(127)), magnitudes: heap.allocate(4 * 128)};
  return new Map(
    NUPES.map(({bits, exponent}): [string, FastCodec] => {
      const format = nupes({bits, exponent});
      const encode = (x: Tensor) => encodePowers(heap, kernels, places, {format, bits, exponent}, x);
      return [
        format.id,
        exponent === "search" ? {encode, decode: searchedDecoder(heap, kernels, format, bits)} : {encode},
      ];
    }),
  );
}

/** Puts levels where the kernel reads them. A number midway between two belongs to the even code. */
function putLevels(heap: WasmHeap, {thresholds, magnitudes}: Places, levels: PowerLevels): void {
  const bytes = thresholdBytes(levels.midpoints, (code) => code % 2 === 1);
  heap.bytes(thresholds, bytes.length).set(bytes);
  heap.floats(magnitudes, levels.magnitudes.length).set(levels.magnitudes);
}

const largestLevel = ({magnitudes}: PowerLevels): number => magnitudes[magnitudes.length - 1];

interface Powers {
  readonly format: Format;
  readonly bits: number;
  readonly exponent: number | "search";
}

function encodePowers(
  heap: WasmHeap,
  kernels: Kernels,
  places: Places,
  {format, bits, exponent}: Powers,
  x: Tensor,
): Packed {
  if (x.data.length === 0) return format.encode(x);
  const amax = absMaxOf(heap, kernels.groups, kernels.ways)(x.data, GROUP);
  // What is not finite is the plain encoder's to refuse.
  if (!amax.every(Number.isFinite)) return format.encode(x);
  const groups = groupsAlong([x.data.length], 0, GROUP);
  const problem = {x: x.data, groups, amax, bits, scaleOf: powerScale("f16")};
  const isSearched = exponent === "search";
  const a = isSearched ? searchExponent(problem, errorsBy(heap, kernels, places)) : Math.fround(exponent);
  const levels = powerLevels(bits, a);
  putLevels(heap, places, levels);
  const encode = encoderOf(heap, kernels, {
    format,
    size: GROUP,
    pack: () =>
      packedBy(kernels.codes, wholeCodes(bits), ({x, groups, size, scales, codes}) => [
        kernels.powers.call("powerCodes", [x, groups, size, scales, places.thresholds, codes]),
      ]),
    scales: () => ({
      ...scaleMakers(heap, kernels.groups).half(1, largestLevel(levels)),
      ...(isSearched && {parts: {exponent: packTensorScale(a)}}),
    }),
  });
  return encode(x);
}

/** The definition's sums by the kernel, group after group. */
function errorsBy(heap: WasmHeap, {groups, powers}: Kernels, places: Places): PowerError {
  return ({x, amax, bits}, exponent, limit = Number.POSITIVE_INFINITY) => {
    const levels = powerLevels(bits, exponent);
    putLevels(heap, places, levels);
    const at = heap.scratch(AT_ONCE * (4 * GROUP + 4 + 2) + 64);
    const [scalesAt, storedAt] = [at + 4 * AT_ONCE * GROUP, at + AT_ONCE * (4 * GROUP + 4)];
    let error = 0;
    for (let first = 0; first < amax.length && error <= limit; first += AT_ONCE) {
      const some = Math.min(AT_ONCE, amax.length - first);
      heap.floats(at, some * GROUP).set(x.subarray(first * GROUP, (first + some) * GROUP));
      heap.floats(scalesAt, some).set(amax.subarray(first, first + some));
      groups.kernel.scalesHalf(scalesAt, some, 1, largestLevel(levels), scalesAt, storedAt);
      const {thresholds, magnitudes} = places;
      error = powers.kernel.powerError(at, some, GROUP, scalesAt, thresholds, magnitudes, error, limit);
    }
    return error;
  };
}

/** The decoder of a format whose tensors have an exponent of their own, and by that their values. */
function searchedDecoder(heap: WasmHeap, {codes}: Kernels, format: Format, bits: number): Format["decode"] {
  const reading = {groupSize: GROUP, scales: "f16"} as const;
  return codeDecoder(heap, codes.kernel, {...format, reading}, (packed) =>
    powerValues(bits, unpackTensorScale(requirePart(packed, "exponent", 4))),
  )!;
}
