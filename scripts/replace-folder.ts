import {access, rename, rm} from "node:fs/promises";

/** The place of what stood under the name of a folder until another takes it. */
const before = (folder: string) => `${folder}.old`;

/** Gives a folder its name back where {@link replaceFolder} was ended between two names. */
export async function restoreFolder(folder: string): Promise<void> {
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await rename(before(folder), folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

/** Puts the folder `made` in the place of `folder`, which is whole before and after: only names change in between. */
export async function replaceFolder(folder: string, made: string): Promise<void> {
  const old = before(folder);
  await access(made);
  await rm(old, {recursive: true, force: true});
  await rename(folder, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(made, folder);
  await rm(old, {recursive: true, force: true});
}
