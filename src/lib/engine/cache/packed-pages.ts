/** Packed pages of a cache, each part of all of them in one run of bytes. */

import type {Packed} from "../../formats/format.js";

/** Pages of one shape and format: their bytes lie one after another, as kernels read them. */
export interface PackedPages {
  readonly length: number;
  push(page: Packed): void;
  /** A page whose parts are views that the next `push` may end. */
  get(at: number): Packed;
  /** Forgets every page from one on. */
  cut(length: number): void;
  /** The bytes of a part of all pages; undefined where pages lack it. */
  part(name: string): Uint8Array | undefined;
  /** Bytes of all pages, without the room for more. */
  bytes(): number;
}

interface Part {
  room: Uint8Array;
  readonly each: number;
}

/** No pages yet; the first decides format, shape and sizes. There is room for half as many again at most. */
export function packedPages(): PackedPages {
  const parts = new Map<string, Part>();
  let [count, pageBytes] = [0, 0];
  let first: Pick<Packed, "format" | "shape"> = {format: "", shape: []};
  const begin = (page: Packed) => {
    first = {format: page.format, shape: page.shape};
    parts.clear();
    for (const [name, {byteLength}] of Object.entries(page.parts))
      parts.set(name, {room: new Uint8Array(8 * byteLength), each: byteLength});
    pageBytes = [...parts.values()].reduce((sum, {each}) => sum + each, 0);
  };
  return {
    get length() {
      return count;
    },
    push(page) {
      if (count === 0) begin(page);
      for (const [name, part] of parts) {
        const bytes = page.parts[name];
        if (bytes?.byteLength !== part.each)
          throw new RangeError(
            `packedPages: ${name} must hold ${part.each} bytes as in the first page, got ${bytes?.byteLength ?? "none"}`,
          );
        part.room = withRoom(part.room, (count + 1) * part.each);
        part.room.set(bytes, count * part.each);
      }
      count++;
    },
    get: (at) => ({
      ...first,
      parts: Object.fromEntries(
        Array.from(parts, ([name, {room, each}]) => [name, room.subarray(at * each, (at + 1) * each)]),
      ),
    }),
    cut(length) {
      count = Math.min(count, length);
    },
    part(name) {
      const part = parts.get(name);
      return part?.room.subarray(0, count * part.each);
    },
    bytes: () => count * pageBytes,
  };
}

function withRoom(room: Uint8Array, length: number): Uint8Array {
  if (length <= room.length) return room;
  const bigger = new Uint8Array(Math.ceil(1.5 * length));
  bigger.set(room);
  return bigger;
}
