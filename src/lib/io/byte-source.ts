import type {ByteSource} from "../technique/opened-file.js";

export type {ByteSource};

/** Bytes that are already in memory. Reads are views of `bytes`, not copies. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    async read(offset, length) {
      checkRange("bytesSource.read", bytes.byteLength, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** A file that a reader of a page picked or dropped; only the ranges asked for are ever loaded. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    async read(offset, length) {
      checkRange("blobSource.read", blob.size, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}

/** @throws RangeError naming `where` unless `offset` and `length` lie inside `size` bytes. */
export function checkRange(where: string, size: number, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!whole || offset < 0 || length < 0 || offset + length > size) {
    throw new RangeError(
      `${where}: offset and length must lie inside ${size} bytes, got offset ${offset}, length ${length}`,
    );
  }
}
