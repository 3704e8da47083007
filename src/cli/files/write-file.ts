/** Files that commands write. */
import {statSync} from "node:fs";
import {realpath, rename, rm, stat, writeFile} from "node:fs/promises";
import {dirname} from "node:path";

/**
 * Notices before the work that `file` cannot be written after it.
 * @throws Error naming the file if its folder is missing or a folder stands in its place.
 */
export function requirePlace(command: string, file: string): void {
  const fail = (why: string): never => {
    throw new Error(`${command}: --out: ${file} cannot be written: ${why}`);
  };
  const folder = statSync(dirname(file), {throwIfNoEntry: false});
  if (folder === undefined) fail(`its folder does not exist (ENOENT)`);
  if (!folder?.isDirectory()) fail(`${dirname(file)} is no folder (ENOTDIR)`);
  if (statSync(file, {throwIfNoEntry: false})?.isDirectory()) fail("it is a folder (EISDIR)");
}

/**
 * Writes a file whole or not at all: beside it first, so that a full disk leaves an older one as it was.
 * @throws Error naming the file and the reason.
 */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  try {
    const old = await stat(file).catch(() => undefined);
    // A pipe or a device has no older content to keep.
    if (old !== undefined && !old.isFile()) return await writeFile(file, content);
    const place = old === undefined ? file : await realpath(file);
    await replace(place, content, old?.mode);
  } catch (error) {
    throw new Error(`${file} could not be written: ${(error as Error).message}`);
  }
}

async function replace(place: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  const beside = `${place}.${process.pid}.part`;
  try {
    await writeFile(beside, content, {mode});
    await rename(beside, place);
  } catch (error) {
    await rm(beside, {force: true});
    throw error;
  }
}
