/** The memory of a heap, as WebAssembly has it. */
export type KernelMemory = InstanceType<typeof WebAssembly.Memory>;

/** Threads that run kernels over the memory of a heap. */
export interface KernelThreads {
  /** Calls at once, that of the caller's own thread included. */
  readonly count: number;
  /** Hands out the memory, which is shared, and the modules that will be called; before anything else. */
  start(memory: KernelMemory, modules: readonly Uint8Array[]): void;
  /**
   * Runs a function of a module once for each list of at most 10 numbers, no more than `count`, and waits for all.
   * Gives their results, 0 where the function has none.
   */
  run(module: number, name: string, calls: readonly (readonly number[])[]): number[];
  /** Ends the threads. They end with the process, too. */
  close(): Promise<void>;
}
