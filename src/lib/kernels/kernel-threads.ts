/** The memory of a heap, as WebAssembly has it. */
export type KernelMemory = InstanceType<typeof WebAssembly.Memory>;

/** A call of a function of a module with at most 12 numbers. */
export interface KernelCall {
  readonly module: number;
  readonly name: string;
  readonly numbers: readonly number[];
}

/** At most 8 calls that follow one another, on one thread. One that gives 0 ends the piece. */
export type KernelPiece = readonly KernelCall[];

/** Ways of what pieces read and write, both on the caller's thread while others are at work. */
export interface PieceMoves {
  /** Puts the input of a piece into the memory, before the piece is taken. */
  readonly bring?: ((piece: number) => void) | undefined;
  /** Takes the output of a piece that is done out of it. */
  readonly fetch?: ((piece: number) => void) | undefined;
}

/** Runs at most 256 pieces, each on the thread that takes it, and waits for all. Gives false where a call gave 0. */
export type RunPieces = (pieces: readonly KernelPiece[], moves?: PieceMoves) => boolean;

/** Threads that run kernels over the memory of a heap. */
export interface KernelThreads {
  /** Pieces at once, that of the caller's own thread included. */
  readonly count: number;
  /** Hands out the memory, which is shared, and the modules that will be called; before anything else. */
  start(memory: KernelMemory, modules: readonly Uint8Array[]): void;
  readonly run: RunPieces;
  /** Ends the threads. They end with the process, too. */
  close(): Promise<void>;
}
