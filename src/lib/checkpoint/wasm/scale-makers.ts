/** Scales of groups by their largest magnitudes, in the kernel of groups and out of it. */
import type {Packed} from "../../formats/format.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {KernelCall} from "../../kernels/kernel-threads.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";

/** The kernel of groups: their largest magnitudes, and their codes where no table is needed. */
export interface GroupsKernel {
  /** Gives 1 where all are finite. */
  absMax(x: number, groups: number, size: number, largest: number): number;
  scalesE4m3(
    largest: number,
    groups: number,
    first: number,
    second: number,
    g: number,
    to: number,
    bytes: number,
  ): void;
  scalesFloor(largest: number, groups: number, emax: number, to: number, bytes: number): void;
  scalesHalf(largest: number, groups: number, factor: number, limit: number, to: number, bytes: number): void;
  packE2m1(x: number, groups: number, size: number, scales: number, codes: number): void;
  packInt4(x: number, groups: number, size: number, scales: number, codes: number): void;
  packLevels(x: number, groups: number, size: number, scales: number, codes: number, midpoints: number): void;
}

/** The kernel of signs: sums of magnitudes, and codes of two and of three values. */
export interface SignsKernel {
  sumsAbove(x: number, groups: number, size: number, thresholds: number, sums: number, counts: number): void;
  signCodes(x: number, groups: number, size: number, scales: number, codes: number): void;
  ternaryCodes(x: number, groups: number, size: number, thresholds: number, codes: number): void;
}

/** Groups of one call, where their largest magnitudes lie, and the room for their stored scales. */
export interface ScalesAt {
  readonly x: number;
  readonly size: number;
  readonly largest: number;
  /** Number of the first group in the tensor, and how many there are. */
  readonly first: number;
  readonly groups: number;
  readonly stored: number;
  /** 32 bytes for each group, which codes may take afterwards. */
  readonly room: number;
}

/** The scales of a tensor, which take the place of the largest magnitudes of the groups and are stored beside it. */
export type Scales = KernelScales | PlainScales;

interface StoredScales {
  /** Bytes that hold the scale of a group; 0 where there is none for each. */
  readonly bytes: number;
  /** Parts that hold what all groups share. */
  readonly parts?: Packed["parts"];
}

/** Scales that a call of the kernel makes. */
interface KernelScales extends StoredScales {
  call(at: ScalesAt): KernelCall;
}

/** Scales that are made out of the kernel. */
interface PlainScales extends StoredScales {
  make(calls: readonly ScalesAt[]): void;
}

/** Ways to make scales, in the kernel and out of it. */
export interface ScaleMakers {
  /** Largest magnitudes times a factor over a limit, in half precision. */
  half(factor: number, limit: number): Scales;
  /** Largest magnitudes over the largest element times g, in E4M3; g multiplies them again. */
  e4m3(unit: number, g: number): Scales;
  /** Powers of two by the floor rule. */
  floor(emax: number): Scales;
  /** One for all. */
  same(divisor: number, parts: Packed["parts"]): Scales;
  /** Any, by what they make of the largest magnitudes. */
  plain(bytes: number, make: (amax: Float32Array) => {divisors: Float32Array; stored: Uint8Array}): Scales;
}

/** The same over a heap. */
export function scaleMakers(heap: WasmHeap, {call: kernelCall}: KernelRun<GroupsKernel>): ScaleMakers {
  const by = (
    name: "scalesE4m3" | "scalesFloor" | "scalesHalf",
    bytes: number,
    numbers: number[],
  ): Scales => ({
    bytes,
    call: ({largest, groups, stored}) => kernelCall(name, [largest, groups, ...numbers, largest, stored]),
  });
  return {
    half: (factor, limit) => by("scalesHalf", 2, [factor, limit]),
    e4m3: (unit, g) => by("scalesE4m3", 1, [unit, 1, g]),
    floor: (emax) => by("scalesFloor", 1, [emax]),
    same: (divisor, parts) => ({
      bytes: 0,
      parts,
      make(calls) {
        for (const {largest, groups} of calls) heap.floats(largest, groups).fill(divisor);
      },
    }),
    plain: (bytes, make) => ({
      bytes,
      make(calls) {
        for (const {largest, groups, stored} of calls) {
          const made = make(heap.floats(largest, groups).slice());
          heap.floats(largest, groups).set(made.divisors);
          heap.bytes(stored, made.stored.length).set(made.stored);
        }
      },
    }),
  };
}
