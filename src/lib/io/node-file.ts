/** Files of the local disk. Node only: everything else in this folder runs in a browser too. */
import {open, readdir, stat} from "node:fs/promises";
import {basename, dirname, join} from "node:path";
import {type ByteSource, checkRange} from "./byte-source.js";
import {FormatError} from "./format-error.js";
import type {ModelFolder} from "./model-folder.js";

/** A byte source over an open file; `close` it when done. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file for reading by ranges.
 * @throws the error of Node's `open` if the file is missing or unreadable; FormatError with kind `is-folder` or `no-file`.
 */
export async function openFile(path: string): Promise<FileSource> {
  const handle = await open(path, "r");
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw noFile(path, stats.isDirectory());
  }
  const {size} = stats;
  return {
    size,
    close: () => handle.close(),
    async read(offset, length) {
      checkRange("openFile.read", size, offset, length);
      const bytes = new Uint8Array(length);
      let filled = 0;
      // One read call may give less than was asked for; none at all means that the file has shrunk.
      while (filled < length) {
        const piece = Math.min(length - filled, MOST_AT_ONCE);
        const {bytesRead} = await handle.read(bytes, filled, piece, offset + filled);
        if (bytesRead === 0) throw shrunk(size, offset + filled);
        filled += bytesRead;
      }
      return bytes;
    },
  };
}

/** Node reads no more in one call. */
const MOST_AT_ONCE = 2 ** 30;

function noFile(path: string, isFolder: boolean): FormatError {
  return new FormatError("openFile", {
    kind: isFolder ? "is-folder" : "no-file",
    offset: null,
    field: path,
    value: isFolder ? "a folder" : "a device or a pipe",
    allowed: "a file",
  });
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

/**
 * A model folder on disk, and the way to close the files that were opened through it.
 * @throws Error naming the path if it is no folder.
 */
export async function openFolder(path: string): Promise<ModelFolder & {close(): Promise<void>}> {
  if (!(await stat(path)).isDirectory()) throw new Error(`openFolder: path must be a folder, got ${path}`);
  return folderAt(path);
}

/**
 * A model on disk: its folder, or a file of it that is then the one chosen (a GGUF file, safetensors, an index of shards).
 * @throws the error of Node if there is nothing at the path.
 */
export async function openModelPath(path: string): Promise<ModelFolder & {close(): Promise<void>}> {
  if ((await stat(path)).isDirectory()) return folderAt(path);
  return {...folderAt(dirname(path)), main: basename(path)};
}

function folderAt(path: string): ModelFolder & {close(): Promise<void>} {
  const opened: FileSource[] = [];
  return {
    names: () => readdir(path),
    async open(name) {
      try {
        const source = await openFile(join(path, name));
        opened.push(source);
        return source;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
    async close() {
      await Promise.all(opened.splice(0).map((source) => source.close()));
    },
  };
}
