/** OliVe's pairs, packed and unpacked in WebAssembly: the search of a scale is the definition's, with faster sums. */
import type {Packed} from "../../formats/format.js";
import {type OliveOptions, olive, oliveEncoder, type PairsOf} from "../../formats/olive/olive.js";
import {
  type NormalType,
  normalValue,
  type OliveGrid,
  oliveGrid,
  outlierValue,
} from "../../formats/olive/olive-grid.js";
import {nearestPlace, type Run} from "../../formats/olive/olive-pairs.js";
import {packedLength, requirePart, unpackScales} from "../../formats/pack.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount} from "../../tensor/tensor.js";
import type {FastCodec} from "./wasm-codec.js";
import {type CodesKernel, decodeGroups} from "./wasm-codes.js";

/** The kernel of pairs. */
export interface PairsKernel {
  pairError(
    x: number,
    count: number,
    scale: number,
    places: number,
    magnitudes: number,
    last: number,
    limit: number,
  ): number;
  writePairs(
    x: number,
    count: number,
    scale: number,
    places: number,
    last: number,
    half: number,
    codes: number,
  ): void;
  decodeNibblePairs(
    codes: number,
    groups: number,
    size: number,
    table: number,
    scales: number,
    x: number,
  ): void;
  decodeBytePairs(
    codes: number,
    groups: number,
    size: number,
    table: number,
    scales: number,
    x: number,
  ): void;
}

const OLIVES: readonly OliveOptions[] = [
  {},
  {normal: "ant"},
  {granularity: "tensor"},
  {bits: 8},
  {bits: 8, granularity: "tensor"},
];

/** Elements of a row that the kernel takes: whole vectors. */
const LANES = 16;
/** Entries of the table of places: 17 bits of a float, and one that says whether those below hold anything. */
const ENTRIES = 2 ** 18;
/** Bytes of the table of pairs or of codes beside two kinds of neighbours. */
const PAIRS = 4 * 512;

/** The magnitudes of a grid in the memory of the kernel, and where those nearest to floats stand among them. */
interface PlacedGrid {
  readonly places: number;
  readonly magnitudes: number;
}

/** Gives them, which are made when they are first needed. */
type PlacedGrids = (grid: OliveGrid) => PlacedGrid;

function placedGrids(heap: WasmHeap): PlacedGrids {
  const known = new Map<string, PlacedGrid>();
  return (grid) => {
    const name = grid.magnitudes.join();
    const found = known.get(name) ?? placeGrid(heap, grid);
    known.set(name, found);
    return found;
  };
}

function placeGrid(heap: WasmHeap, grid: OliveGrid): PlacedGrid {
  const {length} = grid.magnitudes;
  const placed = {places: heap.allocate(ENTRIES), magnitudes: heap.allocate(4 * length)};
  heap.floats(placed.magnitudes, length).set(grid.magnitudes);
  const places = heap.bytes(placed.places, ENTRIES);
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  for (let entry = 0; entry < ENTRIES; entry++) {
    bits[0] = ((entry >>> 1) << 15) | (entry & 1);
    places[entry] = nearestPlace(grid, value[0]);
  }
  return placed;
}

/** Encoders and decoders by the id of their format, for rows of whole vectors. */
export function wasmPairCodecs(
  heap: WasmHeap,
  pairs: PairsKernel,
  codes: CodesKernel,
): ReadonlyMap<string, FastCodec> {
  const placed = placedGrids(heap);
  const table = heap.allocate(PAIRS);
  return new Map(
    OLIVES.map((options): [string, FastCodec] => {
      const format = olive(options);
      const encode = oliveEncoder(options, pairsOf(heap, pairs, placed));
      const decode = decoderOf(heap, {pairs, codes}, table, options);
      const isTaken = (shape: readonly number[]) =>
        (shape.at(-1) ?? 1) % LANES === 0 && elementCount(shape) > 0;
      return [
        format.id,
        {
          encode: (x) => (isTaken(x.shape) ? encode(x) : format.encode(x)),
          decode: (packed, into) => (isTaken(packed.shape) ? decode(packed, into) : format.decode(packed)),
        },
      ];
    }),
  );
}

/** Errors and codes by the kernel. A run stays in its memory until another is asked for. */
const pairsOf =
  (heap: WasmHeap, kernel: PairsKernel, placed: PlacedGrids): PairsOf =>
  (grid, x) => {
    const {places, magnitudes} = placed(grid);
    const {bits, lastNormal} = grid;
    let there = -1;
    const put = ({start, count}: Run): number => {
      const at = heap.scratch(5 * count);
      if (there !== start) heap.floats(at, count).set(x.subarray(start, start + count));
      there = start;
      return at;
    };
    return {
      error: (run, scale, limit) =>
        kernel.pairError(put(run), run.count, scale, places, magnitudes, lastNormal, limit),
      write(run, scale, codes) {
        const at = put(run);
        const to = at + 4 * run.count;
        kernel.writePairs(at, run.count, scale, places, lastNormal, 2 ** (bits - 1), to);
        codes.set(heap.bytes(to, run.count), run.start);
      },
    };
  };

const TYPES: readonly NormalType[] = ["int", "flint"];

function decoderOf(
  heap: WasmHeap,
  {pairs, codes: codesKernel}: {readonly pairs: PairsKernel; readonly codes: CodesKernel},
  table: number,
  {bits = 4, normal = "int", granularity}: OliveOptions,
): NonNullable<FastCodec["decode"]> {
  const valuesOf = bits === 4 ? nibblePairs : codesBesideTwo;
  return (packed, into) => {
    const count = elementCount(packed.shape);
    const size = packed.shape.at(-1) ?? 1;
    const type = normal === "ant" ? (TYPES[requirePart(packed, "normal", 1)[0]] ?? "int") : "int";
    const values = valuesOf(oliveGrid(bits, type));
    heap.floats(table, values.length).set(values);
    const codes = requirePart(packed, "pairs", packedLength(count, bits));
    const scales = scalesOfRows(packed, count / size, granularity === "tensor");
    const data = into?.length === count ? into : new Float32Array(count);
    const valued: Parameters<typeof decodeGroups>[2] = (codes, groups, size, scales, x) =>
      bits === 4
        ? pairs.decodeNibblePairs(codes, groups, size, table, scales, x)
        : pairs.decodeBytePairs(codes, groups, size, table, scales, x);
    decodeGroups(heap, codesKernel, valued, {streams: [{codes, bits, shift: 0}], scales, size}, data);
    return {shape: [...packed.shape], data};
  };
}

function scalesOfRows(packed: Packed, rows: number, isShared: boolean): Float32Array {
  const stored = unpackScales(requirePart(packed, "scales", isShared ? 4 : 4 * rows), "f32");
  return isShared ? new Float32Array(rows).fill(stored[0]) : stored;
}

/** The value of a code beside another. */
const valueBeside = (grid: OliveGrid, code: number, other: number): number =>
  (other === 2 ** (grid.bits - 1) ? outlierValue : normalValue)(grid, code);

/** Both values of each byte, that of its lower half first. */
const nibblePairs = (grid: OliveGrid): Float32Array =>
  Float32Array.from({length: 512}, (_, i) => {
    const [low, high] = [(i >> 1) & 15, i >> 5];
    return i % 2 === 0 ? valueBeside(grid, low, high) : valueBeside(grid, high, low);
  });

/** Values of bytes beside another code, then those beside a victim's. */
const codesBesideTwo = (grid: OliveGrid): Float32Array =>
  Float32Array.from({length: 512}, (_, i) => valueBeside(grid, i & 255, i < 256 ? 0 : 128));
