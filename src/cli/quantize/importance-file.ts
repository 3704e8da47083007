/** The file of `--importance`, read where the model is. */
import {modelFolder} from "../../lib/checkpoint/model-folder.js";
import {type FoundImportance, importanceFrom} from "../../lib/experiments/models/importance.js";
import type {ModelFolder} from "../../lib/io/model-folder.js";
import {openFile} from "../../lib/io/node-file.js";
import {modelMemory} from "../options/model-memory.js";

/**
 * The importance that a file tells, or null where none was named.
 * @throws as importanceFrom, with the name of the file before it.
 */
export async function importanceOfFile(
  path: string | null,
  folder: ModelFolder,
  progress: (share: number, what?: string) => void,
): Promise<FoundImportance | null> {
  if (path === null) return null;
  const file = await openFile(path);
  try {
    return await importanceFrom(file, await modelFolder(folder), {
      maxBytes: modelMemory(),
      progress: async (share, what) => progress(share, what),
    });
  } catch (error) {
    const message = `--importance ${path}: ${(error as Error).message}`;
    throw error instanceof RangeError ? new RangeError(message) : new Error(message);
  } finally {
    await file.close();
  }
}
