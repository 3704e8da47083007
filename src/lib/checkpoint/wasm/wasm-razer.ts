/** RaZeR's weight formats, packed in WebAssembly. */
import {e2m1} from "../../formats/element.js";
import type {EncodeOptions, Format, Packed} from "../../formats/format.js";
import {requireFinite} from "../../formats/groups.js";
import {RAZER_LARGEST, razer} from "../../formats/razer/razer.js";
import {specialCodebook} from "../../formats/razer/razer-search.js";
import {packTensorScale, tensorScaleOf} from "../../formats/tensor-scale.js";
import {razerWasm} from "../../kernels/generated/razer.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";

interface Kernel {
  encodeRazer(
    x: number,
    blocks: number,
    g: number,
    specials: number,
    count: number,
    codes: number,
    scales: number,
    room: number,
  ): void;
}

const BLOCK = 16;
/** Blocks packed at once, a multiple of the four that the kernel takes: a megabyte of floats. */
const AT_ONCE = 2 ** 14;
const ROOM = 512;

const SETS = [
  [5, -5, 8, -8],
  [5, -5, 7, -7],
] as const;

/** Encoders by the id of their format, for rows of whole blocks. */
export async function wasmRazerEncoders(heap: WasmHeap): Promise<ReadonlyMap<string, Format["encode"]>> {
  const {encodeRazer} = await heap.instantiate<Kernel>(razerWasm);
  return new Map(
    SETS.map((specials) => {
      const {id} = razer({specials});
      return [
        id,
        (x: Tensor, {amax}: EncodeOptions = {}) => encode(heap, encodeRazer, id, specials, x, amax),
      ];
    }),
  );
}

function encode(
  heap: WasmHeap,
  kernel: Kernel["encodeRazer"],
  id: string,
  specials: readonly number[],
  x: Tensor,
  amax: number | undefined,
): Packed {
  requireFinite("razer", x);
  const tensorScale = tensorScaleOf(x, RAZER_LARGEST, amax);
  const count = x.data.length / BLOCK;
  const codes = new Uint8Array(count * (BLOCK / 2));
  const scales = new Uint8Array(count);
  const atTable = heap.scratch(64 + AT_ONCE * (4 * BLOCK + BLOCK / 2 + 1) + ROOM);
  const atX = atTable + 64;
  const atCodes = atX + 4 * BLOCK * AT_ONCE;
  const atScales = atCodes + (BLOCK / 2) * AT_ONCE;
  heap.floats(atTable, 4 * specials.length).set(specials.flatMap(placeOf));
  for (let first = 0; first < count; first += AT_ONCE) {
    const some = Math.min(AT_ONCE, count - first);
    const room = heap.floats(atX, BLOCK * AT_ONCE);
    room.set(x.data.subarray(first * BLOCK, (first + some) * BLOCK));
    // The kernel takes four blocks at a time: what is behind the last ones is packed too, and left there.
    room.fill(0, some * BLOCK, Math.min(room.length, (some + 3) * BLOCK));
    const g = tensorScale === 0 ? Number.POSITIVE_INFINITY : tensorScale;
    kernel(atX, some, g, atTable, specials.length, atCodes, atScales, atScales + AT_ONCE);
    codes.set(heap.bytes(atCodes, some * (BLOCK / 2)), first * (BLOCK / 2));
    scales.set(heap.bytes(atScales, some), first);
  }
  const parts = {codes, scales, tensorScale: packTensorScale(tensorScale)};
  return {format: id, shape: [...x.shape], parts};
}

/** A special value, the numbers between which it is the nearest level, and the largest magnitude of all levels. */
function placeOf(special: number): number[] {
  const {levels, thresholds, largest} = specialCodebook(e2m1, special);
  const place = levels.indexOf(special);
  const below = place === 0 ? Number.NEGATIVE_INFINITY : thresholds.sorted[place - 1];
  return [special, below, thresholds.sorted[place], largest];
}
