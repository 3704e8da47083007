/** Kernels over one heap, and who calls them: one thread or several. */
import type {KernelCall, KernelPiece, KernelThreads, RunPieces} from "./kernel-threads.js";
import type {WasmHeap} from "./wasm-heap.js";

/** Names of the functions of a kernel. */
type FunctionName<Kernel> = keyof Kernel & string;

/** An instance of a kernel, and the means to call it for several parts of a work at once. */
export interface KernelRun<Kernel> {
  readonly kernel: Kernel;
  /** A call that is part of a piece. */
  call(name: FunctionName<Kernel>, numbers: readonly number[]): KernelCall;
  /** Calls a function once for each list of numbers, as many at once as there are threads. Gives false where one gave 0. */
  run(name: FunctionName<Kernel>, calls: readonly (readonly number[])[]): boolean;
  /** Runs pieces, whose calls may be those of all kernels over the heap. */
  readonly runPieces: RunPieces;
}

/**
 * Instances of generated kernels over a heap, run by the threads where there are any. The threads are theirs alone then, and
 * the heap is shared.
 */
export async function kernelRuns<Kernels extends readonly unknown[]>(
  heap: WasmHeap,
  sources: readonly string[],
  threads: KernelThreads | null,
): Promise<{readonly [K in keyof Kernels]: KernelRun<Kernels[K]>}> {
  threads?.start(
    heap.memory,
    sources.map((source) => heap.moduleOf(source)),
  );
  const kernels = await Promise.all(sources.map((source) => heap.instantiate<Functions>(source)));
  const runPieces = threads?.run ?? alone(kernels);
  const runs = kernels.map((kernel, module): KernelRun<Functions> => {
    const call = (name: string, numbers: readonly number[]) => ({module, name, numbers});
    return {
      ...{kernel, call, runPieces},
      run: (name, calls) => runPieces(calls.map((numbers) => [call(name, numbers)])),
    };
  });
  return runs as unknown as {readonly [K in keyof Kernels]: KernelRun<Kernels[K]>};
}

/** Functions of a module. */
export type Functions = Readonly<Record<string, (...numbers: readonly number[]) => number | undefined>>;

const alone =
  (kernels: readonly Functions[]): RunPieces =>
  (pieces, moves = {}) => {
    let isWhole = true;
    pieces.forEach((piece, i) => {
      moves.bring?.(i);
      isWhole = runPiece(kernels, piece) && isWhole;
      moves.fetch?.(i);
    });
    return isWhole;
  };

/** Runs the calls of a piece. Gives false where one gave 0, which is its last. */
export function runPiece(kernels: readonly Functions[], piece: KernelPiece): boolean {
  return piece.every(({module, name, numbers}) => kernels[module][name](...numbers) !== 0);
}
