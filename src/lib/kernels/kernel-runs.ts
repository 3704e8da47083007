/** Kernels over one heap, and who calls them: one thread or several. */
import type {KernelThreads} from "./kernel-threads.js";
import type {WasmHeap} from "./wasm-heap.js";

/** Names of the functions of a kernel. */
type FunctionName<Kernel> = keyof Kernel & string;

/** An instance of a kernel, and the means to call it for several parts of a work at once. */
export interface KernelRun<Kernel> {
  readonly kernel: Kernel;
  /** Calls a function once for each list of numbers, as many at once as there are threads. Gives the results. */
  run(name: FunctionName<Kernel>, calls: readonly (readonly number[])[]): number[];
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
  const runs = sources.map(async (source, module) => {
    const kernel = await heap.instantiate<Functions>(source);
    return {kernel, run: threads === null ? alone(kernel) : onThreads(threads, module)};
  });
  return (await Promise.all(runs)) as unknown as {readonly [K in keyof Kernels]: KernelRun<Kernels[K]>};
}

type Functions = Readonly<Record<string, (...call: readonly number[]) => number | undefined>>;

const alone =
  (kernel: Functions) =>
  (name: string, calls: readonly (readonly number[])[]): number[] =>
    calls.map((call) => kernel[name](...call) ?? 0);

const onThreads =
  (threads: KernelThreads, module: number) =>
  (name: string, calls: readonly (readonly number[])[]): number[] =>
    threads.run(module, name, calls);
