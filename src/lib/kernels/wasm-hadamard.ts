import type {HadamardOptions, RowTransform} from "../tensor/hadamard.js";
import {hadamardWasm} from "./generated/hadamard.js";
import {wasmHeap} from "./wasm-heap.js";

interface Kernel {
  transformRows(
    x: number,
    rows: number,
    columns: number,
    order: number,
    power: number,
    signs: number,
    factor: number,
    room: number,
  ): void;
}

/** Floats transformed at once, unless a row has more: a quarter of a megabyte, which stays in the second cache. */
const AT_ONCE = 2 ** 16;

/**
 * The transform of rows for {@link hadamard} in WebAssembly with SIMD, one thread: bit for bit the plain one.
 * @throws WebAssembly.CompileError where the machine has no SIMD.
 */
export async function wasmHadamard(): Promise<RowTransform> {
  const heap = wasmHeap();
  const {transformRows} = await heap.instantiate<Kernel>(hadamardWasm);
  return (data, columns, {order, power}, signs) => {
    const n = order * power;
    const rows = data.length / columns;
    const most = Math.max(1, Math.floor(AT_ONCE / columns));
    const atSigns = heap.scratch(8 * (signs.length + 2 * n + 2) + 4 * most * columns + 64);
    const room = Math.ceil((atSigns + 8 * signs.length) / 16) * 16;
    const at = room + 16 * n;
    heap.doubles(atSigns, signs.length).set(signs);
    const out = new Float32Array(data.length);
    for (let first = 0; first < rows; first += most) {
      const some = Math.min(most, rows - first);
      const [from, to] = [first * columns, (first + some) * columns];
      heap.floats(at, some * columns).set(data.subarray(from, to));
      transformRows(at, some, columns, order, power, atSigns, 1 / Math.sqrt(n), room);
      out.set(heap.floats(at, some * columns), from);
    }
    return out;
  };
}

let known: Promise<Pick<HadamardOptions, "transform">> | undefined;

/** {@link wasmHadamard} as an option of transforms, made once; none where there is no WebAssembly with SIMD. */
export function fasterRows(): Promise<Pick<HadamardOptions, "transform">> {
  known ??= wasmHadamard().then(
    (transform) => ({transform}),
    () => ({}),
  );
  return known;
}
