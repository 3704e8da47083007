/** The work for the child process that reads a stranger's files, and its replies. */
import type {TableRows} from "../lib/experiment/columns.js";

/** One setting of an experiment, with files. */
export interface FileJob {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Paths of files and folders by the names of the parameters that take them. */
  readonly files: Readonly<Record<string, string>>;
  /** Bytes that a model may take. */
  readonly memory: number;
}

/** Progress of the job, its result, or the reason of its failure. */
export type FileReply =
  | {readonly kind: "progress"; readonly share: number; readonly what?: string}
  | {readonly kind: "tables"; readonly tables: TableRows}
  /** `isRange` tells a RangeError, with which an experiment refuses a parameter. */
  | {readonly kind: "failed"; readonly message: string; readonly isRange: boolean};
