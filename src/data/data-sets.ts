/** The data sets that come with the library, as Node reads them: from the files beside this module. */
import {fileURLToPath} from "node:url";
import type {DataSets, TensorSet} from "../lib/experiment/experiment.js";
import {floatDecoder} from "../lib/io/dtypes.js";
import {openFile} from "../lib/io/node-file.js";
import {openSafetensors, readTensor} from "../lib/io/safetensors.js";
import type {Tensor} from "../lib/tensor/tensor.js";

/** The file of each data set, relative to this folder. */
export const DATA_SETS = {
  "weights/decoder-small": "models/decoder-small/model.safetensors",
  "weights/decoder-small-outliers": "models/decoder-small-outliers/model.safetensors",
  "weights/decoder-large": "models/decoder-large/model.safetensors",
  "weights/decoder-coreference": "models/decoder-coreference/model.safetensors",
  "weights/arithmetic-small": "models/arithmetic-small/model.safetensors",
  "weights/arithmetic-small-split": "models/arithmetic-small-split/model.safetensors",
  "weights/arithmetic-small-split-entropy": "models/arithmetic-small-split-entropy/model.safetensors",
  "weights/arithmetic-small-split-classifier": "models/arithmetic-small-split-classifier/model.safetensors",
  "weights/arithmetic-large": "models/arithmetic-large/model.safetensors",
  "weights/diffusion-small": "models/diffusion-small/model.safetensors",
  "weights/mixture-small": "models/mixture-small/model.safetensors",
  "weights/mixture-small-zero": "models/mixture-small-zero/model.safetensors",
  "weights/mixture-small-early": "models/mixture-small-early/model.safetensors",
  "weights/blockffn-small-plain": "models/blockffn-small-plain/model.safetensors",
  "weights/blockffn-small": "models/blockffn-small/model.safetensors",
  "weights/mamba1-small": "models/mamba1-small/model.safetensors",
  "weights/mamba2-small": "models/mamba2-small/model.safetensors",
  "weights/mamba2-small-outliers": "models/mamba2-small-outliers/model.safetensors",
  "weights/attamba-small": "models/attamba-small/model.safetensors",
  "weights/decoder-iso-kv": "models/decoder-iso-kv/model.safetensors",
  "weights/decoder-iso-flop": "models/decoder-iso-flop/model.safetensors",
  "weights/matmul-free-small": "models/matmul-free-small/model.safetensors",
  "weights/matmul-free-small-float": "models/matmul-free-small-float/model.safetensors",
  "recurrences/state-tracking": "recurrences/state-tracking.safetensors",
  "predictor/decoder-small": "models/decoder-small/token-butler.safetensors",
  "predictor/decoder-large": "models/decoder-large/token-butler.safetensors",
  "predictor/decoder-coreference": "models/decoder-coreference/token-butler.safetensors",
  "heads/decoder-large": "models/decoder-large/medusa-heads.safetensors",
  "prompts/decoder-large": "models/decoder-large/prompt-tokens.safetensors",
  "groups/decoder-large": "models/decoder-large/hamburger.safetensors",
  "activations/decoder-small": "models/decoder-small/activations.safetensors",
  "activations/decoder-small-outliers": "models/decoder-small-outliers/activations.safetensors",
  "vocabulary/repository": "vocabularies/repository.safetensors",
  "runs/few-bit-training": "measured/few-bit-training.safetensors",
  "times/kernels": "measured/kernel-times.safetensors",
  "regressor/small": "regressors/small/model.safetensors",
  "regressor/trees": "regressors/ladder/trees.safetensors",
  "regressor/convolutions": "regressors/ladder/convolutions.safetensors",
  "classifier/vision-mamba-small": "models/vision-mamba-small/model.safetensors",
  "regressor/sweep": "regressors/sweep/model.safetensors",
  "regressor/adaptation": "regressors/adaptation/model.safetensors",
  "classifier/picture-nets": "picture-nets/model.safetensors",
  "meshes/bunny": "meshes/bunny.safetensors",
  "meshes/teapot": "meshes/teapot.safetensors",
} as const;

/** The name of a data set that comes with the library. */
export type DataSetName = keyof typeof DATA_SETS;

/**
 * The path of a data set's file.
 * @throws RangeError naming all data sets if there is none of this name.
 */
export function dataSetPath(name: string): string {
  if (!Object.hasOwn(DATA_SETS, name)) {
    throw new RangeError(
      `dataSetPath: name must be one of ${Object.keys(DATA_SETS).join(", ")}, got ${JSON.stringify(name)}`,
    );
  }
  return fileURLToPath(new URL(DATA_SETS[name as DataSetName], import.meta.url));
}

/**
 * Loads data sets by name, as the `needs` of an experiment asks for them.
 * @throws RangeError naming all data sets if there is none of a name; FormatError if a file is damaged.
 */
export async function loadData(needs: readonly string[]): Promise<DataSets> {
  const sets = needs.map(async (name) => [name, await loadTensors(dataSetPath(name))] as const);
  return new Map(await Promise.all(sets));
}

/**
 * All tensors of a safetensors file as float32, in the order of the file; those of a type that is no float are left
 * out, and `skipped` is told.
 * @throws FormatError if the file is damaged.
 */
export async function loadTensors(
  path: string,
  skipped: (name: string, dtype: string) => void = () => {},
): Promise<TensorSet> {
  const tensors = new Map<string, Tensor>();
  for await (const {name, tensor} of readTensors(path, skipped)) tensors.set(name, tensor);
  return tensors;
}

/** One tensor of a file on its way, and its place among those that are read. */
export interface ReadTensor {
  readonly name: string;
  readonly tensor: Tensor;
  readonly index: number;
  readonly count: number;
}

/** The tensors of `loadTensors` one after the other: a file of any size costs its largest tensor at a time. */
export async function* readTensors(
  path: string,
  skipped: (name: string, dtype: string) => void = () => {},
): AsyncGenerator<ReadTensor> {
  const source = await openFile(path);
  try {
    const file = await openSafetensors(source);
    const all = [...file.tensors.values()];
    const floats = all.filter(({dtype}) => floatDecoder(dtype) !== undefined);
    for (const {name, dtype} of all) if (!floatDecoder(dtype)) skipped(name, dtype);
    for (const [index, {name}] of floats.entries()) {
      yield {name, tensor: await readTensor(file, name), index, count: floats.length};
    }
  } finally {
    await source.close();
  }
}
