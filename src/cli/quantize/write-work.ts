/** Writes a model on disk in other formats into one file: in a child process, which a damaged model may end. */
import {open} from "node:fs/promises";
import {availableParallelism} from "node:os";
import type {Container} from "../../lib/checkpoint/container.js";
import {wasmFormats} from "../../lib/checkpoint/wasm/wasm-formats.js";
import {type Asked, checkpointFile} from "../../lib/checkpoint/write/checkpoint-file.js";
import type {WrittenTensor} from "../../lib/checkpoint/write/written.js";
import {openModelPath} from "../../lib/io/node-file.js";
import {nodeThreads} from "../../lib/kernels/node-threads.js";
import type {Work} from "../files/file-job.js";
import {importanceOfFile} from "./importance-file.js";

/** What is to be written, and where. */
export interface WriteOptions {
  readonly path: string;
  readonly container: Container;
  readonly asked: Asked;
  /** A file that tells importance, or null. */
  readonly importance: string | null;
  /** A file that is made, or written over: not yet the one that the caller named. */
  readonly place: string;
}

/** What was written. */
export interface WriteResult {
  readonly tensors: readonly WrittenTensor[];
  readonly notes: readonly string[];
}

/** Threads beyond these wait for the disk. */
const MOST_THREADS = 4;

/** Share of the progress that finding importance takes, where a model reads a text for it. */
const READING = 0.3;

/** @throws RangeError, FormatError, or the error of Node for a disk that is full. */
export const writeWork: Work<WriteOptions, WriteResult> = async (
  {path, container, asked, importance, place},
  tell,
) => {
  const folder = await openModelPath(path);
  const count = Math.min(availableParallelism(), MOST_THREADS);
  const threads = count > 1 ? nodeThreads(count) : null;
  try {
    const found = await importanceOfFile(importance, folder, (share, what) =>
      tell.progress(READING * share, what),
    );
    const {tensors, notes, pieces} = await checkpointFile(folder, container, asked, {
      importance: found?.importance ?? null,
      ...(threads && {faster: await wasmFormats(threads)}),
    });
    const before = importance === null ? 0 : READING;
    const total = tensors.reduce((sum, {bytes}) => sum + bytes, 0);
    const file = await open(place, "w");
    let written = 0;
    try {
      for await (const piece of pieces()) {
        await file.writeFile(piece);
        written += piece.length;
        const share = Math.min(1, written / total);
        tell.progress(before + (1 - before) * share, `${Math.round(written / 2 ** 20)} MB`);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return {tensors, notes: [...notes, ...(found === null ? [] : [found.about])]};
  } finally {
    await threads?.close();
    await folder.close();
  }
};
