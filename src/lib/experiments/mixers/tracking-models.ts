/** Small models that follow the state of a group, as they come with the library: each gives a logit for every element. */

import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {llamaConfig} from "../../engine/decoder/llama-config.js";
import {matMulFreeOf} from "../../engine/matmul-free/load-matmul-free.js";
import {forwardMatMulFree} from "../../engine/matmul-free/matmul-free.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {DataSets} from "../../experiment/experiment.js";
import {CELLS, type Cell} from "../../mixers/flash-rnn/cells.js";
import {fused} from "../../mixers/flash-rnn/forms.js";
import type {Tensor} from "../../tensor/tensor.js";
import {MATMUL_FREE_CONFIG} from "./models.js";

/** The data set that holds all of them. */
export const TRACKING_DATA = "recurrences/state-tracking";

/** Groups whose words are followed, by the letters that their elements permute. */
export const TRACKING_TASKS = {parity: 2, s3: 3} as const;

/** The id of a task. */
export type TrackingTask = keyof typeof TRACKING_TASKS;

/** Seeds of training. */
export const TRAINING_SEEDS = [1, 2, 3] as const;

/** Models: recurrent cells, a gated recurrence whose gates do not read the state, and attention. */
export const TRACKING_MODELS = ["elman", "lstm", "gru", "slstm", "gated", "transformer"] as const;

/** The id of a model. */
export type TrackingModel = (typeof TRACKING_MODELS)[number];

/** Logits [tokens, elements] of a word. */
export type Tracker = (elements: readonly number[]) => Promise<Tensor> | Tensor;

/** Heads of every recurrent layer. */
export const TRACKING_HEADS = 4;
/** Channels of a head. */
const HEAD_DIM = 8;

/**
 * A trained model.
 * @throws RangeError if the data set is not there or lacks the model.
 */
export async function trackerOf(
  data: Pick<DataSets, "get">,
  run: {readonly task: TrackingTask; readonly model: TrackingModel; readonly seed: number},
): Promise<Tracker> {
  const tensors = tensorsOf(data, `${run.task}/${run.model}/${run.seed}/`);
  const cell = CELLS.find(({id}) => id === run.model);
  if (cell !== undefined) return recurrentTracker(cell, tensors);
  return run.model === "gated" ? gatedTracker(tensors) : transformerTracker(tensors);
}

function tensorsOf(data: Pick<DataSets, "get">, prefix: string): ReadonlyMap<string, Tensor> {
  const all = data.get(TRACKING_DATA);
  const own = [...(all ?? [])].filter(([name]) => name.startsWith(prefix));
  if (own.length === 0)
    throw new RangeError(`trackerOf: data must hold ${TRACKING_DATA} with ${prefix}, got none of this name`);
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function recurrentTracker(cell: Cell, tensors: ReadonlyMap<string, Tensor>): Tracker {
  const wide = (name: string) => Float64Array.from(tensors.get(name)!.data);
  const [table, weight, bias] = [wide("W"), wide("head.weight"), wide("head.bias")];
  const layer = {cell, heads: TRACKING_HEADS, headDim: HEAD_DIM, recurrent: wide("R"), bias: wide("b")};
  const [units, perToken] = [TRACKING_HEADS * HEAD_DIM, cell.gates.input * TRACKING_HEADS * HEAD_DIM];
  return (elements) => {
    const values = new Float64Array(elements.length * perToken);
    elements.forEach((element, t) => {
      values.set(table.subarray(element * perToken, (element + 1) * perToken), t * perToken);
    });
    const {outputs} = fused(layer, {batch: 1, values});
    const data = new Float32Array(elements.length * bias.length);
    for (let i = 0; i < data.length; i++) {
      const [t, element] = [Math.floor(i / bias.length), i % bias.length];
      let sum = bias[element];
      for (let unit = 0; unit < units; unit++)
        sum += weight[element * units + unit] * outputs[t * units + unit];
      data[i] = sum;
    }
    return {shape: [elements.length, bias.length], data};
  };
}

/** Sizes of both rivals: two layers as wide as the recurrent one. */
const RIVAL = {hiddenSize: TRACKING_HEADS * HEAD_DIM, intermediateSize: 64, layers: 2} as const;

async function gatedTracker(tensors: ReadonlyMap<string, Tensor>): Promise<Tracker> {
  const vocabSize = tensors.get("lm_head.weight")!.shape[0];
  const config = {...MATMUL_FREE_CONFIG, ...RIVAL, innerSize: RIVAL.hiddenSize, vocabSize, ternary: false};
  const model = await matMulFreeOf({config, tensors});
  return (elements) => forwardMatMulFree(model, elements);
}

async function transformerTracker(tensors: ReadonlyMap<string, Tensor>): Promise<Tracker> {
  const config = llamaConfig({
    ...RIVAL,
    heads: TRACKING_HEADS,
    kvHeads: TRACKING_HEADS,
    headDim: HEAD_DIM,
    vocabSize: tensors.get("lm_head.weight")!.shape[0],
    maxPositions: 1024,
    normEps: 1e-5,
    ropeTheta: 10_000,
  });
  const model = await decoderOf({config, tensors}, {backend: await wasmBackend()});
  return (elements) => forward(model, elements);
}
