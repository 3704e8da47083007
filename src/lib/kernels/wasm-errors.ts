import {addErrors, type ErrorSums} from "../tensor/error.js";
import {statisticsWasm} from "./generated/statistics.js";
import {wasmHeap} from "./wasm-heap.js";

interface Kernel {
  addErrors(x: number, y: number, count: number, sums: number): void;
}

/** Adds the errors of a part of a tensor to sums; {@link addErrors} is the definition. */
export type AddErrors = typeof addErrors;

/** Elements at once, a multiple of the four that the kernel takes. */
const AT_ONCE = 2 ** 16;

/**
 * {@link addErrors} in WebAssembly with SIMD: sums of n terms differ by at most n · 2^-53 of themselves, the largest
 * difference not at all.
 */
export async function wasmErrors(): Promise<AddErrors> {
  const heap = wasmHeap();
  const kernel = await heap.instantiate<Kernel>(statisticsWasm);
  return (sums, x, y) => {
    if (x.length !== y.length) return addErrors(sums, x, y);
    const whole = x.length - (x.length % 4);
    const at = heap.scratch(8 * AT_ONCE + 64);
    const [atY, atSums] = [at + 4 * AT_ONCE, at + 8 * AT_ONCE];
    heap.doubles(atSums, 5).set([sums.signal, sums.noise, sums.approximated, sums.product, sums.maxAbsError]);
    for (let first = 0; first < whole; first += AT_ONCE) {
      const count = Math.min(AT_ONCE, whole - first);
      heap.floats(at, count).set(x.subarray(first, first + count));
      heap.floats(atY, count).set(y.subarray(first, first + count));
      kernel.addErrors(at, atY, count, atSums);
    }
    const [signal, noise, approximated, product, maxAbsError] = heap.doubles(atSums, 5);
    const added: ErrorSums = {
      elements: sums.elements + whole,
      ...{signal, noise, product, approximated, maxAbsError},
    };
    return whole === x.length ? added : addErrors(added, x.subarray(whole), y.subarray(whole));
  };
}

let known: Promise<AddErrors> | undefined;

/** {@link wasmErrors}, made once; where there is no WebAssembly with SIMD, the plain sums. */
export function fasterErrors(): Promise<AddErrors> {
  known ??= wasmErrors().catch(() => addErrors);
  return known;
}
