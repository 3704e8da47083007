/** Formats made of switches, packed and unpacked in WebAssembly: levels are fitted by the definition, with faster sums. */
import {castTableOf} from "../../formats/cast.js";
import type {Format, Packed} from "../../formats/format.js";
import {packScales, requirePart, scaleBytes, unpackScales} from "../../formats/pack.js";
import {roundHalfEven} from "../../formats/round.js";
import type {RangeErrors} from "../../formats/switches/fit-range.js";
import {coderOf} from "../../formats/switches/grid.js";
import {type FittedLevels, fitSwitches} from "../../formats/switches/quantize-switched.js";
import {switched} from "../../formats/switches/switched-format.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import {castsOf, type Grouped, type GroupKernels, wholeCodes} from "./grouped.js";
import type {Scales} from "./scale-makers.js";
import {scaleMakers} from "./scale-makers.js";
import {lastBelow} from "./thresholds.js";
import type {FastCodec} from "./wasm-codec.js";
import {codeDecoder} from "./wasm-codes.js";
import {encoderOf, largestOf} from "./wasm-groups.js";

const UNIFORM = {granularity: "group", range: "mse"} as const;
const LLOYD = {levels: "lloyd", granularity: "tensor"} as const;

const GROUP = 128;
const [BITS, MOST] = [4, 7];
/** Elements of a row that the kernel takes: whole vectors. */
const LANES = 16;
/** Groups whose errors are summed in one call: a quarter of a megabyte of floats. */
const AT_ONCE = 2 ** 16 / GROUP;

/** Encoders and decoders by the id of their format. */
export function wasmSwitchedCodecs(heap: WasmHeap, kernels: GroupKernels): ReadonlyMap<string, FastCodec> {
  const [uniform, lloyd] = [switched(UNIFORM), switched(LLOYD)];
  const midpoints = heap.allocate(4 * (2 ** BITS - 1));
  return new Map<string, FastCodec>([
    [uniform.id, {encode: (x) => encodeUniform(heap, kernels, uniform, x)}],
    [
      lloyd.id,
      {
        encode: (x) => encodeLloyd(heap, kernels, {format: lloyd, midpoints}, x),
        decode: lloydDecoder(heap, kernels, lloyd),
      },
    ],
  ]);
}

/** True for what is left to the plain encoder: what is empty, not finite, which it refuses, or ends inside a vector. */
const isLeft = (heap: WasmHeap, {groups, ways}: GroupKernels, {shape, data}: Tensor): boolean =>
  data.length === 0 ||
  (shape.at(-1) ?? 1) % LANES !== 0 ||
  !Number.isFinite(largestOf(heap, groups, ways)(data));

function encodeUniform(heap: WasmHeap, kernels: GroupKernels, format: Format, x: Tensor): Packed {
  if (isLeft(heap, kernels, x)) return format.encode(x);
  const {grid} = fitSwitches(x, UNIFORM, errorsBy(heap, kernels));
  const grouped: Grouped = {
    format,
    size: GROUP,
    pack: castsOf(heap, kernels.codes)(wholeCodes(BITS), stepTable),
    scales: () => foundScales(heap, grid.scales),
  };
  return encoderOf(heap, kernels, grouped)(x);
}

let steps: Uint8Array | undefined;

/** Casts of all numbers to steps, which count from the lowest code on. */
function stepTable(): Uint8Array {
  steps ??= castTableOf((q) => MOST + 1 + roundHalfEven(Math.min(Math.max(q, -MOST), MOST)));
  return steps;
}

/** Scales in half precision that are known before. */
const foundScales = (heap: WasmHeap, scales: Float32Array): Scales => ({
  bytes: scaleBytes.f16,
  make(calls) {
    for (const {largest, first, groups, stored} of calls) {
      const own = scales.subarray(first, first + groups);
      heap.floats(largest, groups).set(own);
      heap.bytes(stored, scaleBytes.f16 * groups).set(packScales(own, "f16"));
    }
  },
});

/** The definition's sums by the kernel. */
function errorsBy(heap: WasmHeap, {groups: {kernel: groups}, codes: {kernel}}: GroupKernels): RangeErrors {
  return (data, {count}, {high}) => {
    const errors = new Float64Array(count);
    const at = heap.scratch(AT_ONCE * (4 * GROUP + 16) + 64);
    const scalesAt = at + 4 * AT_ONCE * GROUP;
    const errorsAt = scalesAt + 4 * AT_ONCE;
    for (let first = 0; first < count; first += AT_ONCE) {
      const some = Math.min(AT_ONCE, count - first);
      heap.floats(at, some * GROUP).set(data.subarray(first * GROUP, (first + some) * GROUP));
      heap.floats(scalesAt, some).set(high.subarray(first, first + some));
      groups.scalesHalf(scalesAt, some, 1, MOST, scalesAt, errorsAt);
      kernel.stepErrors(at, some, GROUP, scalesAt, MOST, errorsAt);
      errors.set(heap.doubles(errorsAt, some), first);
    }
    return errors;
  };
}

interface Lloyd {
  readonly format: Format;
  readonly midpoints: number;
}

function encodeLloyd(heap: WasmHeap, kernels: GroupKernels, {format, midpoints}: Lloyd, x: Tensor): Packed {
  if (isLeft(heap, kernels, x)) return format.encode(x);
  const fitted = fitSwitches(x, LLOYD);
  heap.floats(midpoints, 2 ** BITS - 1).set(bordersOf(fitted));
  const levels = packScales(fitted.grid.codebooks!, "f32");
  const grouped: Grouped = {
    format,
    size: null,
    pack:
      () =>
      ({x, groups, size, scales, codes}) => [
        kernels.groups.call("packLevels", [x, groups, size, scales, codes, midpoints]),
      ],
    scales: () => scaleMakers(heap, kernels.groups).same(1, {levels}),
  };
  return encoderOf(heap, kernels, grouped)(x);
}

/** For each code but the last the largest number that has it or one below: codes never fall where numbers rise. */
function bordersOf({switches, grid}: FittedLevels): Float32Array {
  const {code} = coderOf(switches, grid, null);
  return Float32Array.from({length: 2 ** BITS - 1}, (_, most) => lastBelow((x) => code(x, 0) <= most));
}

/** Levels of a tensor are stored with it. */
function lloydDecoder(heap: WasmHeap, {codes}: GroupKernels, format: Format): Format["decode"] {
  const reading = {groupSize: null, scales: "none"} as const;
  return codeDecoder(heap, codes.kernel, {...format, reading}, (packed) => [
    ...unpackScales(requirePart(packed, "levels", scaleBytes.f32 * 2 ** BITS), "f32"),
  ])!;
}
