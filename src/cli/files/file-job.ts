/** The work for the child process that reads a stranger's files, and its replies. */

/** One setting of an experiment, with files. */
export interface FileJob {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Paths of files and folders by the names of the parameters that take them. */
  readonly files: Readonly<Record<string, string>>;
  /** Bytes that a model may take. */
  readonly memory: number;
  /** Threads that share the products of a model; by default one. */
  readonly threads?: number;
}

/** A piece of work of a command, which gives its results as they come. */
export interface WorkJob {
  readonly work: string;
  readonly options: unknown;
  /** Paths that it reads, for messages. */
  readonly paths: readonly string[];
}

/** Ways in which work tells what it has. */
export interface Tell {
  progress(share: number, what?: string): void;
  /** Awaited: more is done only when this part is on its way. */
  part(part: unknown): Promise<void>;
}

/** A piece of work by its options. */
export type Work<Options = never, Result = unknown> = (options: Options, tell: Tell) => Promise<Result>;

/** Progress of the job, a part of its result, the whole, or the reason of its failure. */
export type FileReply =
  | {readonly kind: "progress"; readonly share: number; readonly what?: string}
  | {readonly kind: "part"; readonly part: unknown}
  | {readonly kind: "done"; readonly result: unknown}
  /** `isRange` tells a RangeError, with which an experiment refuses a parameter. */
  | {readonly kind: "failed"; readonly message: string; readonly isRange: boolean};
