/** The files that a command reads: an output must not take their place. */
import {realpath} from "node:fs/promises";
import {join} from "node:path";
import {type Call, text, UsageError} from "../terminal/usage.js";
import {type FileState, fileState, modelFolderOf} from "./model-files.js";

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

/** The file of `--importance`. */
export interface ImportanceFile {
  readonly path: string;
  readonly state: FileState;
}

/** The file of `--importance`, or null without it. @throws UsageError if there is none at that path. */
export async function importanceFileOf(call: Call): Promise<ImportanceFile | null> {
  const path = text(call, "importance");
  if (path === undefined) return null;
  try {
    return {path, state: await fileState(path)};
  } catch {
    throw new UsageError(`quantize: --importance must be a file that exists, got ${path}`);
  }
}

/** Refuses an output that would be written over the file of `--importance`. @throws UsageError naming it. */
export async function requireNotImportance(
  option: string,
  file: string,
  importance: ImportanceFile | null,
): Promise<void> {
  const place = await realpath(file).catch(() => undefined);
  if (place === undefined || importance === null || (await realpath(importance.path)) !== place) return;
  throw new UsageError(`quantize: ${option} must not be the file of --importance, got ${file}`);
}
