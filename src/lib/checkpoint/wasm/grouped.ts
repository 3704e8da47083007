/** The contract of formats that are packed by groups, and the ways to their codes. */
import {castTable} from "../../formats/cast.js";
import type {ElementFormat} from "../../formats/element.js";
import type {EncodeOptions, Format} from "../../formats/format.js";
import type {CodeStream} from "../../formats/fp6/split.js";
import type {Rounding} from "../../formats/round.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {KernelCall} from "../../kernels/kernel-threads.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {GroupsKernel, Scales, SignsKernel} from "./scale-makers.js";
import type {CodesKernel} from "./wasm-codes.js";

/** The kernels of groups and their codes, and how many calls of them go on at once. */
export interface GroupKernels {
  readonly groups: KernelRun<GroupsKernel>;
  readonly codes: KernelRun<CodesKernel>;
  readonly signs: KernelRun<SignsKernel>;
  readonly ways: number;
}

/** Groups of a piece, and the room for their scales and codes. */
export interface GroupsAt {
  readonly x: number;
  readonly groups: number;
  readonly size: number;
  readonly scales: number;
  readonly codes: number;
}

/** The calls that pack the groups of a piece. */
export type PackGroups = (at: GroupsAt) => readonly KernelCall[];

/** A format by its groups: how it makes scales, or null where the kernel does not take the tensor. */
export interface Grouped {
  readonly format: Format;
  /** Elements of a group; null for those of a row. */
  readonly size: number | null;
  /** The parts of the codes, which lie one behind the other where they are packed; the part `codes` alone if absent. */
  readonly streams?: readonly CodeStream[];
  readonly pack: () => PackGroups;
  /** @param largest gives the largest magnitude of the tensor; infinity or NaN where it holds one */
  readonly scales: (largest: () => number, options: EncodeOptions) => Scales | null;
}

/** Codes of `bits` bits in one part. */
export const wholeCodes = (bits: number): readonly CodeStream[] => [{part: "codes", bits, shift: 0}];

/** Packs codes of which a kernel makes bytes, in one part or in several. */
export function packedBy(
  {call}: KernelRun<CodesKernel>,
  streams: readonly CodeStream[],
  makeBytes: PackGroups,
): PackGroups {
  // Codes of whole bytes are where they belong; others are packed from behind that place.
  if (streams[0].bits === 8) return makeBytes;
  return (at) => {
    const count = at.groups * at.size;
    const bytes = at.codes + count;
    const before = (stream: number) => streams.slice(0, stream).reduce((sum, {bits}) => sum + bits, 0);
    return [
      ...makeBytes({...at, codes: bytes}),
      ...streams.map(({bits, shift}, i) =>
        call("packField", [bytes, shift, bits, count, at.codes + (count * before(i)) / 8]),
      ),
    ];
  };
}

/** Codes by a table of casts, in one part of so many bits or in several. */
export type CastBy = (streams: readonly CodeStream[], table: () => Uint8Array) => () => PackGroups;

const placesOfTables = new WeakMap<WasmHeap, Map<Uint8Array, number>>();

/** Gives the places of tables of casts, which are put into the memory of the kernel when they are first needed. */
export function castTables(heap: WasmHeap): (values: Uint8Array) => number {
  const tables = placesOfTables.get(heap) ?? new Map<Uint8Array, number>();
  placesOfTables.set(heap, tables);
  return (values) => {
    const table = tables.get(values) ?? heap.allocate(values.length);
    if (!tables.has(values)) heap.bytes(table, values.length).set(values);
    tables.set(values, table);
    return table;
  };
}

/** Codes of elements by their tables of casts. */
export function castsOf(heap: WasmHeap, codes: KernelRun<CodesKernel>): CastBy {
  const tableAt = castTables(heap);
  return (streams, tableOf) => () => {
    const table = tableAt(tableOf());
    return packedBy(codes, streams, ({x, groups, size, scales, codes: to}) => [
      codes.call("castCodes", [x, groups, size, scales, table, to]),
    ]);
  };
}

/** The same of an element. */
export const castOf = (
  cast: CastBy,
  element: ElementFormat,
  rounding: Rounding = "half-even",
  streams: readonly CodeStream[] = wholeCodes(element.bits),
) => cast(streams, () => castTable(element, {rounding}));
