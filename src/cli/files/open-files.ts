/** Files and folders of parameters, opened from the local disk for a run. */
import {modelFolder} from "../../lib/checkpoint/model-folder.js";
import {openFile, openModelPath} from "../../lib/io/node-file.js";
import type {Opened, Params} from "../../lib/technique/params.js";

/** Opened files by the names of their parameters. */
export interface OpenedFiles {
  readonly values: Readonly<Record<string, Opened>>;
  close(): Promise<void>;
}

/**
 * Opens the path of each parameter that takes a file or a folder.
 * @throws Error of Node naming a path that cannot be opened; those that were open are closed.
 */
export async function openFiles(
  params: Params,
  paths: Readonly<Record<string, string>>,
): Promise<OpenedFiles> {
  const values: Record<string, Opened & {close(): Promise<void>}> = {};
  const close = async () => void (await Promise.all(Object.values(values).map((each) => each.close())));
  try {
    for (const [name, path] of Object.entries(paths)) values[name] = await openPath(params, name, path);
  } catch (error) {
    await close();
    throw error;
  }
  return {values, close};
}

async function openPath(
  params: Params,
  name: string,
  path: string,
): Promise<Opened & {close(): Promise<void>}> {
  const param = params[name];
  if (param.kind !== "file" || param.holds !== "folder") return openFile(path);
  const opened = await openModelPath(path);
  try {
    return {...(await modelFolder(opened)), close: opened.close};
  } catch (error) {
    await opened.close();
    throw error;
  }
}
