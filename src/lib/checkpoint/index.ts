/**
 * Tensors of models for scripts: `import {openCheckpoint} from "paretoscope/checkpoint"`. Safetensors in one file or in
 * shards, weights that were quantized, and GGUF, whole or split.
 */

export type {Checkpoint} from "../io/checkpoint.js";
export {
  comparableTensors,
  compareTensors,
  type Finding,
  type Pair,
  pairsOf,
  type TensorDifference,
} from "./compare.js";
export {CONTAINERS, type Container} from "./container.js";
export {type ModelFingerprint, modelFingerprint} from "./fingerprint.js";
export {type GgufFiles, openGgufFiles} from "./gguf/gguf-files.js";
export {readImatrix} from "./importance/imatrix-file.js";
export type {ImportanceMatrix} from "./importance/importance.js";
export {modelFolder} from "./model-folder.js";
export {openCheckpoint} from "./open-checkpoint.js";
export {type OpenTensors, openTensors} from "./open-tensors.js";
export {KEEP, parseRecipe, type Recipe, type RecipeCache, type RecipeTensor, recipeText} from "./recipe.js";
export type {StoredTensor, Unreadable} from "./stored-tensor.js";
export {type FasterFormat, wasmFormats} from "./wasm/wasm-formats.js";
export {type Asked, checkpointFile} from "./write/checkpoint-file.js";
export type {CheckpointFile, Encoding, WrittenTensor} from "./write/written.js";
