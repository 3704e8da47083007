/** The guard of a command's input: an output must not take its place. */
import {realpath} from "node:fs/promises";
import {join} from "node:path";
import {UsageError} from "../usage.js";
import {type FileState, modelFolderOf} from "./model-files.js";

/**
 * Refuses an output that would be written over one of the files that are read, by whatever path.
 * @throws UsageError naming the file.
 */
export async function requireNoInput(
  option: string,
  file: string,
  path: string,
  files: readonly FileState[],
): Promise<void> {
  const place = await realpath(file).catch(() => undefined);
  if (place === undefined) return;
  const folder = await modelFolderOf(path);
  for (const {name} of files) {
    if ((await realpath(join(folder, name))) !== place) continue;
    throw new UsageError(`quantize: ${option} must not be one of the files that are read, got ${file}`);
  }
}
