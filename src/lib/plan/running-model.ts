/** A model that the engine runs, with any of its stored tensors replaced: to measure what a format of one of them does. */
import type {ModelRecord} from "../architectures/model-record.js";
import {inputFirstNames} from "../checkpoint/input-first.js";
import {checkpointOf} from "../checkpoint/open-checkpoint.js";
import type {OpenTensors} from "../checkpoint/open-tensors.js";
import {readStored, type StoredTensor} from "../checkpoint/stored-tensor.js";
import {decoderConfigOf} from "../engine/decoder/config.js";
import {forward} from "../engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf, readDecoderWeights} from "../engine/decoder/decoder-weights.js";
import type {Decoder} from "../engine/decoder/load-decoder.js";
import {isMamba, mambaConfigOf} from "../engine/mamba/mamba-config.js";
import {readMambaWeights} from "../engine/mamba/mamba-weights.js";
import {wasmBackend} from "../engine/wasm/wasm-backend.js";
import {quantizeMamba} from "../ssm/quantize/quantize-mamba.js";
import type {Tensor} from "../tensor/tensor.js";

/** A model with some tensors replaced, as it predicts. */
export interface Variant {
  logits(ids: readonly number[]): Tensor;
  /** Where it is a decoder, the parts that a cache is opened with. */
  readonly decoder?: {readonly weights: DecoderWeights; readonly decoder: Decoder};
}

/** A model in memory. */
export interface RunningModel {
  readonly vocabSize: number;
  /** The longest text it was made for; Infinity if its config names none. */
  readonly maxPositions: number;
  /** Names of the matrices that are stored [in, out]. */
  readonly inputFirst: ReadonlySet<string>;
  /** The numbers of a stored tensor. */
  tensor(name: string): Promise<Tensor>;
  /** The model with these tensors instead of its own; the model itself without any. */
  variant(replaced?: ReadonlyMap<string, Tensor>): Promise<Variant>;
}

/**
 * Reads a model whose weights take at most `maxBytes` as float32.
 * @throws FormatError if the engine does not run it, if it does not fit, or if a tensor is missing or cannot be read.
 */
export async function runningModel(
  {tensors, gguf}: OpenTensors,
  record: ModelRecord,
  limits: {readonly maxBytes?: number} = {},
): Promise<RunningModel> {
  const held = new Map<string, Tensor>();
  const tensor = async (name: string): Promise<Tensor> => {
    const found = held.get(name) ?? (await readStored("runningModel", tensors.get(name)!));
    held.set(name, found);
    return found;
  };
  const checkpoint = (replaced: ReadonlyMap<string, Tensor>) =>
    checkpointOf({
      gguf,
      tensors: new Map(
        Array.from(tensors, ([name, each]) => [name, inMemory(each, replaced.get(name) ?? tensor)]),
      ),
    });
  const open = isMamba(record) ? openMamba(record, limits) : openDecoder(record, limits);
  const variant = async (replaced: ReadonlyMap<string, Tensor> = new Map()) => open(checkpoint(replaced));
  const {vocabSize, maxPositions} = await variant();
  return {vocabSize, maxPositions, inputFirst: inputFirstNames(tensors.values()), tensor, variant};
}

/** A tensor whose numbers are in memory, or come there when they are first asked for. */
function inMemory(stored: StoredTensor, source: Tensor | ((name: string) => Promise<Tensor>)): StoredTensor {
  return {
    ...stored,
    partStep: 1,
    async readElements(first, count) {
      const {data} = typeof source === "function" ? await source(stored.name) : source;
      return data.slice(first, first + count);
    },
  };
}

type Opened = Variant & Pick<RunningModel, "vocabSize" | "maxPositions">;
type Open = (checkpoint: ReturnType<typeof checkpointOf>) => Promise<Opened>;

function openDecoder(record: ModelRecord, limits: {readonly maxBytes?: number}): Open {
  const config = decoderConfigOf(record);
  return async (checkpoint) => {
    const weights = await readDecoderWeights(checkpoint, config, limits);
    const decoder = await decoderOf(weights, {backend: await wasmBackend()});
    const {vocabSize, maxPositions} = weights.config;
    return {vocabSize, maxPositions, decoder: {weights, decoder}, logits: (ids) => forward(decoder, ids)};
  };
}

function openMamba(record: ModelRecord, limits: {readonly maxBytes?: number}): Open {
  const config = mambaConfigOf(record);
  return async (checkpoint) => {
    const weights = await readMambaWeights(checkpoint, config, limits);
    const {logits} = await quantizeMamba(weights, {method: "dynamic", bits: null, backend: wasmBackend});
    return {vocabSize: config.vocabSize, maxPositions: Number.POSITIVE_INFINITY, logits};
  };
}
