/** Formats whose blocks search a special value, packed and unpacked in WebAssembly. */
import type {Packed} from "../../formats/format.js";
import {packedLength, requirePart} from "../../formats/pack.js";
import {codebookWith, type SpecialCodebook, specialCodebook} from "../../formats/razer/razer-search.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {SPECIALS, type Special} from "./special-formats.js";
import {blocksOfPiece, type FastCodec, piecesAtOnce, piecesOf} from "./wasm-codec.js";
import {bytePlanes, type CodesKernel} from "./wasm-codes.js";
import type {AbsMaxOf} from "./wasm-groups.js";

/** The kernel of that search. */
export interface SpecialsKernel {
  searchSpecials(
    x: number,
    blocks: number,
    size: number,
    g: number,
    tables: number,
    count: number,
    scales: number,
    codes: number,
    picked: number,
  ): void;
  decodeSpecials(
    codes: number,
    blocks: number,
    size: number,
    tables: number,
    picked: number,
    scales: number,
    g: number,
    x: number,
    areNibbles: number,
  ): void;
}

/** Floats unpacked at once: a quarter of a megabyte. */
const AT_ONCE = 2 ** 16;
/** Bytes of a candidate, as the kernel has it: thresholds, levels, codes. */
const CANDIDATE = 144;

interface Kernels {
  readonly heap: WasmHeap;
  readonly specials: KernelRun<SpecialsKernel>;
  readonly codes: KernelRun<CodesKernel>;
  readonly absMax: AbsMaxOf;
  readonly ways: number;
}

/** Encoders and decoders by the id of their format, for rows of whole blocks. */
export function wasmSpecialCodecs(kernels: Kernels): ReadonlyMap<string, FastCodec> {
  return new Map(
    SPECIALS.map((special): [string, FastCodec] => {
      const codebooks = special.specials.map((value) => specialCodebook(special.base, value, special.ties));
      const tables = candidates(kernels.heap, codebooks);
      const values = levelTables(kernels.heap, special);
      return [
        special.format.id,
        {
          encode: (x) => encode(kernels, special, codebooks, tables, x),
          decode: (packed, into) => decode(kernels, special, values, packed, into),
        },
      ];
    }),
  );
}

function candidates(heap: WasmHeap, codebooks: readonly SpecialCodebook[]): number {
  const at = heap.allocate(CANDIDATE * codebooks.length);
  codebooks.forEach(({thresholds, levels, codes}, k) => {
    const to = at + CANDIDATE * k;
    heap.floats(to, 16).fill(Number.POSITIVE_INFINITY).set(thresholds.sorted);
    heap.floats(to + 64, 16).set(levels);
    heap.bytes(to + 128, 16).set(codes);
  });
  return at;
}

function levelTables(heap: WasmHeap, {base, specials}: Special): number {
  const at = heap.allocate(64 * specials.length);
  specials.forEach((special, i) => {
    heap.bytes(at + 64 * i, 64).set(bytePlanes(codebookWith(base, special).values));
  });
  return at;
}

function encode(
  {heap, specials: {run}, codes: codesRun, absMax, ways}: Kernels,
  special: Special,
  codebooks: readonly SpecialCodebook[],
  tables: number,
  x: Tensor,
): Packed {
  const {format, base} = special;
  const size = format.blockSize!;
  const amax = absMax(x.data, size);
  // What is not finite is the plain encoder's to refuse.
  if (!amax.every(Number.isFinite)) return format.encode(x);
  const g = special.unitOf(amax);
  const divisor = g === 0 ? Number.POSITIVE_INFINITY : g;
  const largest = amax.map((each) => each / divisor);
  const tried = codebooks.map((codebook) => special.scalesOf(largest, codebook));
  const packed = new Uint8Array(packedLength(x.data.length, base.bits));
  const picked = new Uint8Array(amax.length);
  const most = blocksOfPiece(amax.length, size, ways);
  const atOnce = piecesAtOnce(ways);
  const places = placesOf(most, size, codebooks.length);
  const scratch = heap.scratch(places.bytes * atOnce);
  for (const pieces of piecesOf(amax.length, {most, atOnce, scratch, place: places.bytes})) {
    for (const {at, first, count} of pieces) {
      heap.floats(at, count * size).set(x.data.subarray(first * size, (first + count) * size));
      tried.forEach((scales, k) => {
        const to = at + places.scales + 4 * k * count;
        heap.floats(to, count).set(scales.subarray(first, first + count));
      });
    }
    run(
      "searchSpecials",
      pieces.map(({at, count}) => [
        ...[at, count, size, divisor, tables, codebooks.length, at + places.scales],
        ...[at + places.codes, at + places.picked],
      ]),
    );
    codesRun.run(
      "packCodes",
      pieces.map(({at, count}) => [at + places.codes, base.bits, count * size, at]),
    );
    for (const {at, first, count} of pieces) {
      const length = (count * size * base.bits) / 8;
      packed.set(heap.bytes(at, length), (first * size * base.bits) / 8);
      picked.set(heap.bytes(at + places.picked, count), first);
    }
  }
  const scales = Float32Array.from(picked, (k, block) => tried[k][block]);
  const parts = {codes: packed, ...special.store({picked, scales, g})};
  return {format: format.id, shape: [...x.shape], parts};
}

/** Places of one piece: floats, then scales under each of several candidates, codes, and which of them was picked. */
function placesOf(most: number, size: number, count: number) {
  const scales = 4 * most * size;
  const codes = scales + 4 * most * count;
  const picked = codes + most * size + 64;
  return {scales, codes, picked, bytes: Math.ceil((picked + most) / 64) * 64};
}

function decode(
  {heap, specials: {kernel}, codes: codesRun}: Kernels,
  special: Special,
  tables: number,
  packed: Packed,
  into?: Float32Array,
): Tensor {
  const {format, base} = special;
  const size = format.blockSize!;
  const length = elementCount(packed.shape);
  const blocks = length / size;
  const data = into?.length === length ? into : new Float32Array(length);
  const codes = requirePart(packed, "codes", packedLength(length, base.bits));
  const {picked, scales, g} = special.load(packed, blocks);
  const most = AT_ONCE / size;
  const places = placesOf(most, size, 1);
  const at = heap.scratch(places.bytes + AT_ONCE);
  const areNibbles = base.bits === 4;
  const packedAt = areNibbles ? at + places.codes : at + places.bytes;
  for (let first = 0; first < blocks; first += most) {
    const some = Math.min(most, blocks - first);
    const from = (first * size * base.bits) / 8;
    const bytes = codes.subarray(from, from + (some * size * base.bits) / 8);
    heap.bytes(packedAt, bytes.length).set(bytes);
    heap.bytes(at + places.picked, some).set(picked.subarray(first, first + some));
    heap.floats(at + places.scales, some).set(scales.subarray(first, first + some));
    const codesAt = at + places.codes;
    if (!areNibbles) codesRun.kernel.unpackCodes(packedAt, base.bits, some * size, codesAt);
    const [pickedAt, scalesAt] = [at + places.picked, at + places.scales];
    kernel.decodeSpecials(codesAt, some, size, tables, pickedAt, scalesAt, g, at, areNibbles ? 1 : 0);
    data.set(heap.floats(at, some * size), first * size);
  }
  return {shape: [...packed.shape], data};
}
