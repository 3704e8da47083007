/**
 * Random access to the bytes of a file that may be larger than memory.
 * `read` gives exactly `length` bytes from `offset`, possibly as a view that must not be changed.
 */
export interface ByteSource {
  /** Size in bytes. */
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The files of a model by name: a folder on disk, the files a reader dropped on a page, or bytes in memory. */
export interface ModelFolder {
  /** The file that was chosen in it, where one was: a GGUF file, one of safetensors, an index of shards. */
  readonly main?: string;
  /** Names of its files; absent where they cannot be listed. */
  names?(): Promise<readonly string[]>;
  /** The file called `name`, or undefined if there is none. Names hold no path. */
  open(name: string): Promise<ByteSource | undefined>;
}
