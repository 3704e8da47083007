import {modelRecord} from "../../architectures/read-model.js";
import {modelFolder} from "../../checkpoint/model-folder.js";
import {openCheckpoint} from "../../checkpoint/open-checkpoint.js";
import {readConfig} from "../../engine/read-config.js";
import {unusedTensors} from "../../engine/unused-tensors.js";
import {FormatError} from "../../io/format-error.js";
import type {ModelFolder} from "../../io/model-folder.js";

/**
 * Names of a folder's tensors that no part of its model takes; none where no config.json says what the model is, or the engine
 * does not run it.
 */
export async function unusedIn(file: ModelFolder, reader: string): Promise<readonly string[]> {
  try {
    const folder = await modelFolder(file);
    const record = modelRecord(await readConfig(folder, reader));
    return unusedTensors((await openCheckpoint(folder)).tensors, record) ?? [];
  } catch (error) {
    // Formats are measured without a model too.
    if (error instanceof FormatError) return [];
    throw error;
  }
}
