import type {ByteSource} from "../byte-source.js";
import {FormatError, type FormatProblem} from "../format-error.js";

/** A reading of a file that stops wherever it needs bytes and gives T at its end. */
export type Reading<T> = Generator<ByteRange, T, Uint8Array>;

/** Bytes of a file that are asked for. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** The end of a reading, fed from a file by ranges. */
export async function readFrom<T>(source: ByteSource, reading: Reading<T>): Promise<T> {
  let step = reading.next();
  while (!step.done) step = reading.next(await source.read(step.value.offset, step.value.length));
  return step.value;
}

/** The end of a reading, fed from bytes in memory. */
export function readWithin<T>(bytes: Uint8Array, reading: Reading<T>): T {
  let step = reading.next();
  while (!step.done) {
    const {offset, length} = step.value;
    step = reading.next(bytes.subarray(offset, offset + length));
  }
  return step.value;
}

/** Reads a GGUF header from the start of a file, in pieces that grow with it: its length stands nowhere. */
export interface HeaderReader {
  /** Byte of the file that comes next. */
  readonly position: number;
  /** Bytes from there to the end of the file. */
  readonly remaining: number;
  /** The next bytes. @throws FormatError with kind `cut-off` or `header-too-large`, naming `field`. */
  take(length: number, field: string): Reading<DataView>;
}

/** Most bytes of a header: as many as one of safetensors may have, and many times those of the largest vocabularies. */
const MAX_HEADER_BYTES = 100_000_000;
const LEAST_PIECE = 4096;
const MOST_PIECE = 2 ** 20;

/** A reader at the first byte of a file of `size` bytes. */
export function headerReader(size: number): HeaderReader {
  let [position, start, buffer] = [0, 0, new Uint8Array(0)];

  function* fill(length: number): Reading<void> {
    const left = buffer.subarray(position - start);
    const from = position + left.length;
    // An eighth of what was read: few pieces, and little that is read in vain.
    const piece = Math.min(Math.max(position / 8, LEAST_PIECE), MOST_PIECE);
    const more = Math.min(Math.max(length - left.length, Math.floor(piece)), size - from);
    const next = new Uint8Array(left.length + more);
    next.set(left);
    next.set(yield {offset: from, length: more}, left.length);
    [start, buffer] = [position, next];
  }

  return {
    get position() {
      return position;
    },
    get remaining() {
      return size - position;
    },
    *take(length, field) {
      if (length > size - position) throw cutOff(size, position, length, field);
      if (position + length > MAX_HEADER_BYTES) {
        const allowed = `within the first ${MAX_HEADER_BYTES} bytes`;
        throw ggufProblem({kind: "header-too-large", offset: position, field, value: length, allowed});
      }
      if (position + length > start + buffer.length) yield* fill(length);
      const view = new DataView(buffer.buffer, buffer.byteOffset + position - start, length);
      position += length;
      return view;
    },
  };
}

/** An error of {@link import("./gguf.js").openGguf}. */
export function ggufProblem(problem: FormatProblem): FormatError {
  return new FormatError("openGguf", problem);
}

function cutOff(size: number, offset: number, length: number, field: string): FormatError {
  return ggufProblem({
    kind: "cut-off",
    offset,
    field,
    value: `the end of the file after ${size} bytes`,
    allowed: `${length} bytes`,
    cure: "The GGUF file is cut off or damaged: fetch it again",
  });
}
