/** A model at a path of the local disk, looked at. */
import {readFile, stat} from "node:fs/promises";
import {modelRecordOfText} from "../../lib/architectures/read-model.js";
import {modelFolder} from "../../lib/checkpoint/model-folder.js";
import {type Inspection, inspectFolder, inspectRecord} from "../../lib/experiments/models/inspection.js";
import {openModelPath} from "../../lib/io/node-file.js";

/**
 * Looks at a config.json, a folder, or a file of tensors of any kind.
 * @throws FormatError if one of them is spoilt or not known; the error of Node if there is nothing at the path.
 */
export async function inspection(path: string, context: number): Promise<Inspection> {
  if (/\.json$/.test(path) && (await isConfig(path))) {
    return inspectRecord(modelRecordOfText(await readFile(path, "utf8"), "inspect"), context);
  }
  const opened = await openModelPath(path);
  try {
    return await inspectFolder(await modelFolder(opened), context);
  } finally {
    await opened.close();
  }
}

/** A JSON file that is no index of shards. */
async function isConfig(path: string): Promise<boolean> {
  if (!(await stat(path)).isFile()) return false;
  return !/\.index\.json$/.test(path);
}
