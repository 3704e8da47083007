import {openTensors} from "../../src/lib/checkpoint/open-tensors.js";
import {readStored} from "../../src/lib/checkpoint/stored-tensor.js";
import type {ModelFolder} from "../../src/lib/io/model-folder.js";

/** Reads all tensors of a folder that have numbers to read. @throws FormatError for a wrong file. */
export async function readTensors(folder: ModelFolder): Promise<void> {
  const {tensors} = await openTensors(folder);
  for (const tensor of tensors.values()) if (tensor.unreadable === null) await readStored("fuzz", tensor);
}
