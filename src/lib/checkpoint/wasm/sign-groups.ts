/** Binary and ternary weights, whose scales are statistics of a row that the kernel of signs adds up. */
import {packScales, scaleBytes, storedScale} from "../../formats/pack.js";
import {TERNARY_RULES, type TernaryRule, ternaryScale} from "../../formats/sign/row-scale.js";
import {binary, ternary} from "../../formats/sign/sign-formats.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {type Grouped, type GroupsAt, packedBy, wholeCodes} from "./grouped.js";
import type {Scales, ScalesAt, SignsKernel} from "./scale-makers.js";
import {floatAtMost} from "./thresholds.js";
import type {CodesKernel} from "./wasm-codes.js";

/** Binary and ternary weights with a scale a row. */
export function signFormats(
  heap: WasmHeap,
  signs: KernelRun<SignsKernel>,
  codes: KernelRun<CodesKernel>,
): readonly Grouped[] {
  const by =
    (name: "signCodes" | "ternaryCodes") =>
    ({x, groups, size, scales, codes: to}: GroupsAt) => [signs.call(name, [x, groups, size, scales, to])];
  return [
    {format: binary(), size: null, pack: () => by("signCodes"), scales: () => binaryScales(heap, signs)},
    ...TERNARY_RULES.map((rule) => ({
      format: ternary({rule}),
      size: null,
      pack: () => packedBy(codes, wholeCodes(2), by("ternaryCodes")),
      scales: () => ternaryScales(heap, signs, rule),
    })),
  ];
}

/** Below every magnitude: all are above it. */
const ALL = -1;

/** Means of the magnitudes of groups that are above thresholds; 0 where none is. */
type Means = (calls: readonly ScalesAt[]) => readonly Float64Array[];

function meansOf(heap: WasmHeap, {run}: KernelRun<SignsKernel>): Means {
  return (calls) => {
    run(
      "sumsAbove",
      calls.map(({x, groups, size, largest, room}) => [x, groups, size, largest, room, room + 8 * groups]),
    );
    return calls.map(({groups, room}) => {
      const counts = heap.doubles(room + 8 * groups, groups);
      return heap.doubles(room, groups).map((sum, group) => (counts[group] === 0 ? 0 : sum / counts[group]));
    });
  };
}

/** Means of all magnitudes. */
function allMeans(heap: WasmHeap, signs: KernelRun<SignsKernel>, calls: readonly ScalesAt[]) {
  for (const {largest, groups} of calls) heap.floats(largest, groups).fill(ALL);
  return meansOf(heap, signs)(calls);
}

/** Stores means, or what is made of them, as scales of rows. */
function storeScales(heap: WasmHeap, {stored}: ScalesAt, scales: Iterable<number>): void {
  const rounded = Float32Array.from(scales, (scale) => storedScale(scale, "f32"));
  heap.bytes(stored, scaleBytes.f32 * rounded.length).set(packScales(rounded, "f32"));
}

const binaryScales = (heap: WasmHeap, signs: KernelRun<SignsKernel>): Scales => ({
  bytes: scaleBytes.f32,
  make(calls) {
    const means = allMeans(heap, signs, calls);
    for (const [i, call] of calls.entries()) storeScales(heap, call, means[i]);
  },
});

/** Thresholds take the place of the largest magnitudes. */
const ternaryScales = (heap: WasmHeap, signs: KernelRun<SignsKernel>, rule: TernaryRule): Scales => ({
  bytes: scaleBytes.f32,
  make(calls) {
    const found = allMeans(heap, signs, calls).map((means) =>
      Array.from(means, (mean) => ternaryScale(rule, mean)),
    );
    calls.forEach(({largest, groups}, i) => {
      heap.floats(largest, groups).set(found[i].map(({zeroTo}) => floatAtMost(zeroTo)));
    });
    const survivors = rule === "survivors" ? meansOf(heap, signs)(calls) : null;
    calls.forEach((call, i) => {
      storeScales(heap, call, survivors?.[i] ?? found[i].map(({scale}) => scale));
    });
  },
});
