/** Importance of the columns of a model's matrices: from a file of llama.cpp's, or found here on a text. */
import {modelRecord} from "../../architectures/read-model.js";
import {importanceKind, readImatrix} from "../../checkpoint/importance/imatrix-file.js";
import type {ImportanceMatrix} from "../../checkpoint/importance/importance.js";
import {requireImportance} from "../../checkpoint/importance/importance.js";
import {openTensors} from "../../checkpoint/open-tensors.js";
import {readConfig} from "../../engine/read-config.js";
import type {Work} from "../../experiment/experiment.js";
import type {ModelFolder} from "../../io/model-folder.js";
import {readingModel} from "../../plan/text-importance.js";
import type {ByteSource} from "../../technique/opened-file.js";
import {readOwnText} from "./own-text.js";

/** Tokens of a window, and windows of a text: the longer the text, the more of it is passed over. */
const [WINDOW, MOST_WINDOWS] = [512, 64];

/** Importance with what it was found on, in words. */
export interface FoundImportance {
  readonly importance: ImportanceMatrix;
  readonly about: string;
}

interface Limits {
  /** Bytes that the weights of a model that is run may take. */
  readonly maxBytes?: number;
  readonly progress?: Work["progress"];
}

/**
 * The importance that a file tells: an importance matrix of llama.cpp's, or a text that the model reads here.
 * @throws RangeError for a matrix of another model, or a text without a tokenizer or a token; FormatError for a wrong file, or a
 *   model that the engine does not run or that does not fit.
 */
export async function importanceFrom(
  source: ByteSource,
  folder: ModelFolder,
  limits: Limits = {},
): Promise<FoundImportance> {
  if ((await importanceKind(source)) === "text") return importanceOnText(source, folder, limits);
  const importance = await readImatrix(source);
  const {tensors} = await openTensors(folder);
  requireImportance(importance, tensors.values());
  return {importance, about: `importance of ${importance.size} tensors, as the file has it`};
}

async function importanceOnText(
  text: ByteSource,
  folder: ModelFolder,
  {maxBytes, progress}: Limits,
): Promise<FoundImportance> {
  const record = modelRecord(await readConfig(folder, "quantize"), "quantize");
  const model = await readingModel(
    await openTensors(folder),
    record,
    maxBytes === undefined ? {} : {maxBytes},
  );
  const {ids, prefix} = await readOwnText(text, folder, {
    bos: "prescribed",
    vocabSize: model.vocabSize,
    reader: "quantize",
  });
  const windows = windowsOf(ids, Math.max(1, Math.min(WINDOW, model.maxPositions) - prefix.length));
  for (const [i, window] of windows.entries()) {
    await progress?.(i / windows.length, "reading the text");
    model.read([...prefix, ...window]);
  }
  const tokens = windows.reduce((sum, {length}) => sum + length, 0);
  return {
    importance: model.importance(),
    about: `importance by ${tokens} of the ${ids.length} tokens of the text`,
  };
}

/** Windows of a text without overlap: all of it, or as many as are read, spread evenly. */
function windowsOf(ids: readonly number[], length: number): (readonly number[])[] {
  const all = Math.ceil(ids.length / length);
  const count = Math.min(all, MOST_WINDOWS);
  return Array.from({length: count}, (_, i) => {
    const from = Math.floor((i * all) / count) * length;
    return ids.slice(from, from + length);
  });
}
