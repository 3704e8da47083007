/** What is asked of the child process that reads a stranger's file, and what it says. */
import type {TableRows} from "../lib/experiment/columns.js";

export interface FileJob {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** A safetensors file: the data set `file`. */
  readonly file: string;
  /** Runs it on one tensor after the other and joins the rows, for experiments that look at each by itself. */
  readonly tensorByTensor?: boolean;
}

export type FileReply =
  | {readonly kind: "progress"; readonly share: number; readonly what?: string}
  | {readonly kind: "note"; readonly text: string}
  | {readonly kind: "tables"; readonly tables: TableRows}
  | {readonly kind: "failed"; readonly message: string};
