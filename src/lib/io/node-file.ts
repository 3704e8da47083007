/** Files of the local disk. Node only: everything else in this folder runs in a browser too. */
import {open} from "node:fs/promises";
import {type ByteSource, checkRange} from "./byte-source.js";
import {FormatError} from "./format-error.js";

/** A byte source over an open file; `close` it when done. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file for reading by ranges.
 * @throws the error of Node's `open` if the file is missing or unreadable.
 */
export async function openFile(path: string): Promise<FileSource> {
  const handle = await open(path, "r");
  const {size} = await handle.stat();
  return {
    size,
    close: () => handle.close(),
    async read(offset, length) {
      checkRange("openFile.read", size, offset, length);
      const bytes = new Uint8Array(length);
      let filled = 0;
      // One read call may give less than was asked for; none at all means that the file has shrunk.
      while (filled < length) {
        const {bytesRead} = await handle.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) throw shrunk(size, offset + filled);
        filled += bytesRead;
      }
      return bytes;
    },
  };
}

function shrunk(size: number, offset: number): FormatError {
  return new FormatError("openFile", {
    kind: "truncated",
    offset,
    field: "file size",
    value: offset,
    allowed: `${size} bytes as it was when opened`,
  });
}
