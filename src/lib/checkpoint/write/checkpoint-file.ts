import type {ModelFolder} from "../../io/model-folder.js";
import type {Container} from "../container.js";
import {publishedName, ROPE_FACTORS} from "../gguf/names.js";
import {publishedTensors} from "../gguf/published-tensors.js";
import {requireImportance} from "../importance/importance.js";
import {modelFolder} from "../model-folder.js";
import {type OpenTensors, openTensors} from "../open-tensors.js";
import type {Recipe} from "../recipe.js";
import {fasterFormats} from "../wasm/wasm-formats.js";
import {choicesOfFormat, choicesOfRecipe} from "./choices.js";
import {ggufOfGguf} from "./gguf-of-gguf.js";
import {ggufOfModel} from "./gguf-of-model.js";
import {packedSafetensors} from "./packed-safetensors.js";
import type {CheckpointFile, Encoding} from "./written.js";

/** Request: one format for all matrices, or a recipe. */
export type Asked = {readonly format: string} | {readonly recipe: Recipe};

/**
 * A checkpoint in other formats, as one file: GGUF, or safetensors in our layout. Nothing of a tensor is read before its
 * bytes are asked for.
 * @param opened the model: a file of it that was chosen, or its folder
 * @param encoding by default without importance, and with the encoders of {@link fasterFormats}
 * @throws RangeError for a format, a recipe or a model that the file has no place for; FormatError for files that are wrong.
 */
export async function checkpointFile(
  opened: ModelFolder,
  container: Container,
  asked: Asked,
  {importance = null, faster}: Partial<Encoding> = {},
): Promise<CheckpointFile> {
  const stored = await openTensors(opened);
  const {tensors, gguf} = stored;
  if (importance !== null) requireImportance(importance, tensors.values());
  const encoding = {importance, faster: faster ?? (await fasterFormats())};
  const choices =
    "recipe" in asked
      ? choicesOfRecipe(asked.recipe, tensors)
      : choicesOfFormat(asked.format, tensors.values());
  if (container === "gguf" && gguf !== null) return ggufOfGguf(gguf, choices, encoding);
  const folder = await modelFolder(opened);
  if (container === "gguf") return ggufOfModel(folder, tensors, choices, encoding);
  return packedSafetensors(folder, publishedWith(stored), choices, encoding);
}

/** The tensors by their published names, with those that they have in the files. */
function publishedWith({tensors, gguf}: OpenTensors) {
  if (gguf === null) return Array.from(tensors.values(), (tensor) => ({tensor, source: tensor.name}));
  const published = publishedTensors(gguf.metadata, tensors);
  return [...tensors.keys()]
    .filter((name) => name !== ROPE_FACTORS)
    .map((source) => ({tensor: published.get(publishedName(source))!, source}));
}
