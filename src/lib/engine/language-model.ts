import type {ModelRecord} from "../architectures/model-record.js";
import {modelRecord} from "../architectures/read-model.js";
import {openCheckpoint} from "../checkpoint/open-checkpoint.js";
import type {ModelFolder} from "../io/model-folder.js";
import type {Tensor} from "../tensor/tensor.js";
import {forwardAttamba} from "./attamba/attamba.js";
import {attambaCache} from "./attamba/attamba-cache.js";
import {attambaConfigOf, isAttamba} from "./attamba/attamba-config.js";
import {loadAttamba} from "./attamba/load-attamba.js";
import {plainKvCache} from "./cache/kv-cache.js";
import {decoderConfigOf} from "./decoder/config.js";
import {forward} from "./decoder/decoder.js";
import {type LoadOptions, loadDecoder} from "./decoder/load-decoder.js";
import {loadMamba} from "./mamba/load-mamba.js";
import {forwardMamba} from "./mamba/mamba.js";
import {mambaCache} from "./mamba/mamba-cache.js";
import {isMamba, mambaConfigOf} from "./mamba/mamba-config.js";
import {loadMatMulFree} from "./matmul-free/load-matmul-free.js";
import {forwardMatMulFree, matMulFreeCache} from "./matmul-free/matmul-free.js";
import {isMatMulFree, matMulFreeConfigOf} from "./matmul-free/matmul-free-config.js";
import {readConfig} from "./read-config.js";

/** A text being read: each call gives the logits [T, vocab] of the ids that follow those of earlier calls. */
export type Reading = (ids: readonly number[]) => Tensor;

/** A language model of any architecture, with nothing but its front: ids in, logits out. */
export interface LanguageModel {
  readonly architecture: string;
  readonly vocabSize: number;
  /** Names of tensors in the file that no part of the model takes. */
  readonly unused: readonly string[];
  /** Begins a text. */
  read(): Reading;
}

/**
 * Loads a published model folder of any architecture that the engine runs: config.json and its safetensors.
 * @throws FormatError naming the file, key or tensor that is missing, unknown or of the wrong shape.
 */
export async function openModel(folder: ModelFolder, options: LoadOptions = {}): Promise<LanguageModel> {
  const record = modelRecord(await readConfig(folder, "openModel"), "openModel");
  if (isAttamba(record)) return openAttamba(folder, record, options);
  if (isMatMulFree(record)) return openMatMulFree(folder, record, options);
  return isMamba(record) ? openMamba(folder, record, options) : openAttention(folder, record, options);
}

async function openMamba(
  folder: ModelFolder,
  record: ModelRecord,
  options: LoadOptions,
): Promise<LanguageModel> {
  const config = mambaConfigOf(record);
  const model = await loadMamba(await openCheckpoint(folder), config, options);
  return {
    ...config,
    unused: model.unused,
    read() {
      const cache = mambaCache(config);
      return (ids) => forwardMamba(model, ids, {cache});
    },
  };
}

async function openAttamba(
  folder: ModelFolder,
  record: ModelRecord,
  options: LoadOptions,
): Promise<LanguageModel> {
  const config = attambaConfigOf(record);
  const model = await loadAttamba(await openCheckpoint(folder), config, options);
  return {
    ...config,
    unused: model.unused,
    read() {
      const cache = attambaCache(config);
      return (ids) => forwardAttamba(model, ids, {cache});
    },
  };
}

async function openMatMulFree(
  folder: ModelFolder,
  record: ModelRecord,
  options: LoadOptions,
): Promise<LanguageModel> {
  const config = matMulFreeConfigOf(record);
  const model = await loadMatMulFree(await openCheckpoint(folder), config, options);
  return {
    ...config,
    unused: model.unused,
    read() {
      const cache = matMulFreeCache(config);
      return (ids) => forwardMatMulFree(model, ids, {cache});
    },
  };
}

async function openAttention(
  folder: ModelFolder,
  record: ModelRecord,
  options: LoadOptions,
): Promise<LanguageModel> {
  const config = decoderConfigOf(record);
  const model = await loadDecoder(await openCheckpoint(folder), config, options);
  return {
    ...config,
    unused: model.unused,
    read() {
      const cache = plainKvCache(config);
      return (ids) => {
        if (config.masked !== null && cache.length > 0) throw partOfMasked(ids);
        return forward(model, ids, {cache});
      };
    },
  };
}

const partOfMasked = (ids: readonly number[]) =>
  new RangeError(
    `read: ids must be the whole text of a model whose tokens see those after them, got ${ids.length} more`,
  );
