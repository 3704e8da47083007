import {packCodes, unpackCodes} from "../../formats/pack.js";
import {elementsOf, type Layout} from "./layout.js";

/** Bytes that a thread loads with one instruction at most. */
const VECTOR_BYTES = 16;

/**
 * Bytes of a thread's codes seen as a tile of bytes: its elements need not end on a byte, all of them together must.
 * @throws RangeError if they do not.
 */
export function bytesOfThread(layout: Layout, bits: number): number {
  const all = layout.locals * bits;
  if (all % 8 !== 0) {
    throw new RangeError(
      `bytesOfThread: locals · bits must be a multiple of 8 to be seen as bytes, got ${layout.locals} · ${bits}`,
    );
  }
  return all / 8;
}

/** The largest power of two of bytes, up to 16, in which a thread's bytes can be loaded. */
export function vectorBytes(threadBytes: number): number {
  let size = VECTOR_BYTES;
  while (threadBytes % size !== 0) size /= 2;
  return size;
}

/**
 * A tile of codes, row after row, packed offline so that threads load whole vectors side by side: the codes of a thread in
 * the order of its local numbers, its bytes cut into vectors, and all threads' first vectors before all second ones.
 * (Tilus, sections on sub-byte types and weight transformation)
 * @throws RangeError as {@link bytesOfThread}, or unless there is a code for each element.
 */
export function packTile(codes: ArrayLike<number>, layout: Layout, bits: number): Uint8Array {
  const [rows, columns] = layout.shape;
  if (codes.length !== rows * columns) {
    throw new RangeError(`packTile: codes must be ${rows} × ${columns}, got ${codes.length}`);
  }
  const threadBytes = bytesOfThread(layout, bits);
  const packed = new Uint8Array(layout.threads * threadBytes);
  for (let thread = 0; thread < layout.threads; thread++) {
    const own = Array.from({length: layout.locals}, (_, local) => {
      const [row, column] = layout.place(thread, local);
      return codes[row * columns + column];
    });
    packCodes(own, bits).forEach((byte, at) => {
      packed[placeOf(layout, threadBytes, thread, at)] = byte;
    });
  }
  return packed;
}

/** Address of a thread's byte in a packed tile. */
export function placeOf(layout: Layout, threadBytes: number, thread: number, byte: number): number {
  const vector = vectorBytes(threadBytes);
  return (Math.floor(byte / vector) * layout.threads + thread) * vector + (byte % vector);
}

/** The codes of a packed tile, row after row. @throws RangeError if the bytes are not those of one tile. */
export function unpackTile(packed: Uint8Array, layout: Layout, bits: number): Uint8Array {
  const threadBytes = bytesOfThread(layout, bits);
  if (packed.length !== layout.threads * threadBytes) {
    throw new RangeError(
      `unpackTile: packed must hold ${layout.threads * threadBytes} bytes, got ${packed.length}`,
    );
  }
  const [rows, columns] = layout.shape;
  const codes = new Uint8Array(rows * columns);
  const own = Array.from({length: layout.threads}, (_, thread) => {
    const bytes = Uint8Array.from({length: threadBytes}, (_, at) => {
      return packed[placeOf(layout, threadBytes, thread, at)];
    });
    return unpackCodes(bytes, bits, layout.locals);
  });
  for (const {thread, local, place} of elementsOf(layout)) {
    codes[place[0] * columns + place[1]] = own[thread][local];
  }
  return codes;
}
