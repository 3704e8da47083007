import type {ImportanceMatrix} from "../importance/importance.js";
import type {FasterFormat} from "../wasm/wasm-formats.js";

/** Means of encoding tensors, besides their formats. */
export interface Encoding {
  /** Importance by which formats that can weigh errors do. */
  readonly importance: ImportanceMatrix | null;
  /** Encoders that are faster, or share their work among threads. */
  readonly faster: FasterFormat;
}

/** One tensor of a checkpoint that is written. */
export interface WrittenTensor {
  /** Its name in the files that are read. */
  readonly tensor: string;
  /** Its name in the file that is written. */
  readonly name: string;
  /** Format in which it is written: the id of one, or the type in which it is stored. */
  readonly format: string;
  readonly elements: number;
  readonly bytes: number;
  /** The reason why it is in another format than was asked for; null where it is not. */
  readonly note: string | null;
}

/** A checkpoint on its way into one file. */
export interface CheckpointFile {
  readonly tensors: readonly WrittenTensor[];
  /** What a reader of the file should know beside its tensors. */
  readonly notes: readonly string[];
  /** The bytes of the file, made as they are asked for. */
  pieces(): AsyncIterable<Uint8Array>;
}
