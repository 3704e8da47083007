import {access, rename, rm} from "node:fs/promises";

/** Puts the folder `made` in the place of `folder`, which is whole before and after: only names change in between. */
export async function replaceFolder(folder: string, made: string): Promise<void> {
  const old = `${folder}.old`;
  await access(made);
  await rm(old, {recursive: true, force: true});
  await rename(folder, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(made, folder);
  await rm(old, {recursive: true, force: true});
}
