import {experiment, type TensorSet} from "../../experiment/experiment.js";
import {outlierColumns, THRESHOLD} from "../../formats/llm-int8/decompose.js";
import {llmInt8Product} from "../../quant/llm-int8/product.js";
import {linear} from "../../tensor/dense.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";

const MODELS = ["decoder-small-outliers", "decoder-small"] as const;

/** Inputs of a layer's parts by what reads them: the names of the tensor, and of a weight that reads it. */
const READERS = {
  "queries, keys and values": {x: "self_attn.qkv.input", w: "self_attn.k_proj.weight"},
  "attention's output": {x: "self_attn.o_proj.input", w: "self_attn.o_proj.weight"},
  "gate and up": {x: "mlp.gate_up.input", w: "mlp.up_proj.weight"},
  down: {x: "mlp.down_proj.input", w: "mlp.down_proj.weight"},
} as const;

const INPUTS = Object.keys(READERS) as (keyof typeof READERS)[];
const THRESHOLDS = [0, 1, 2, 3, 4, THRESHOLD, 8, 12, 20, 40] as const;

const columns = {
  model: {type: "string", label: "Model"},
  input: {type: "string", label: "Read by"},
  threshold: {type: "number", label: "Smallest outlier"},
  columnShare: {
    type: "number",
    label: "Share of columns in 16 bits",
    provenance: "measured",
  },
  error: {type: "number", label: "Error of the products over their size", provenance: "measured"},
  exactError: {
    type: "number",
    label: "The same with unrounded weights for outliers, as in training",
    provenance: "measured",
  },
} as const;

const columnsOf = {
  model: {type: "string", label: "Model"},
  input: {type: "string", label: "Read by"},
  layer: {type: "integer", label: "Layer"},
  column: {type: "integer", label: "Column"},
  largest: {type: "number", label: "Largest magnitude", provenance: "measured", precision: "float32"},
} as const;

/** Columns of a layer's inputs by their largest magnitudes, and the product's error by the threshold of an outlier. */
export const int8Threshold = experiment({
  id: "formats/int8-threshold",
  title: "The threshold of LLM.int8()",
  question: "Which columns of a model's inputs hold outliers, and what does a product lose by the threshold?",
  source: "LLM.int8(), arXiv:2208.07339, section 3",
  params: {
    model: {
      kind: "choice",
      label: "Model",
      help: "The small decoder, or the same function with outlier channels.",
      options: MODELS,
      default: "decoder-small-outliers",
    },
    input: {
      kind: "choice",
      label: "Read by",
      options: INPUTS,
      default: "queries, keys and values",
    },
    thresholds: {
      kind: "choices",
      label: "Smallest outliers",
      help: "A column with a magnitude of this or more stays in 16 bits; 0 keeps none.",
      options: THRESHOLDS,
      default: THRESHOLDS,
      advanced: true,
    },
  },
  columns,
  tables: {columns: columnsOf},
  needs: MODELS.flatMap((model) => [`weights/${model}`, `activations/${model}`] as const),
  needsOf: ({model}) => [`weights/${model}`, `activations/${model}`],
  sweep: MODELS.flatMap((model) => INPUTS.map((input) => ({model, input}))),
  async run({model, input, thresholds}, {data, progress}) {
    const [weights, inputs] = [data.get(`weights/${model}`), data.get(`activations/${model}`)];
    const layers = layersOf(weights, inputs, input);
    const rows = [];
    for (const [n, threshold] of thresholds.entries()) {
      await progress(n / thresholds.length, `threshold ${threshold}`);
      rows.push({
        model,
        input,
        threshold,
        columnShare: shareOfColumns(layers, threshold),
        error: errorOf(layers, threshold, "stored"),
        exactError: errorOf(layers, threshold, "exact"),
        provenance: "measured" as const,
      });
    }
    const found = layers.flatMap(({x}, layer) =>
      Array.from(largestByColumn(x), (largest, column) => ({
        model,
        input,
        layer,
        column,
        largest,
        provenance: "measured" as const,
      })),
    );
    return {rows, columns: found};
  },
});

interface Layer {
  readonly x: Tensor;
  readonly w: Tensor;
}

/** Tokens that a product is measured on, of those that the data set holds. */
const TOKENS = 64;

function layersOf(weights: TensorSet, inputs: TensorSet, input: keyof typeof READERS): Layer[] {
  const found: Layer[] = [];
  for (let layer = 0; ; layer++) {
    const all = inputs.get(`model.layers.${layer}.${READERS[input].x}`);
    const w = weights.get(`model.layers.${layer}.${READERS[input].w}`);
    if (all === undefined || w === undefined) return found;
    const {columns} = matrixSize(all);
    found.push({x: {shape: [TOKENS, columns], data: all.data.slice(0, TOKENS * columns)}, w});
  }
}

function shareOfColumns(layers: readonly Layer[], threshold: number): number {
  const kept = layers.reduce((sum, {x}) => sum + outlierColumns(x, threshold).length, 0);
  return kept / layers.reduce((sum, {x}) => sum + matrixSize(x).columns, 0);
}

/** Root of the squared error of all layers' products over that of their sizes. */
function errorOf(layers: readonly Layer[], threshold: number, outlierWeights: "stored" | "exact"): number {
  let [error, size] = [0, 0];
  for (const {x, w} of layers) {
    const exact = linear(x.data, w.data, matrixSize(x).columns, null);
    const {y} = llmInt8Product(x, w, {threshold, outlierWeights});
    for (const [i, value] of exact.entries()) {
      error += (y.data[i] - value) ** 2;
      size += value * value;
    }
  }
  return Math.sqrt(error / size);
}

function largestByColumn(x: Tensor): Float32Array {
  const {columns} = matrixSize(x);
  const largest = new Float32Array(columns);
  for (const [i, value] of x.data.entries())
    largest[i % columns] = Math.max(largest[i % columns], Math.abs(value));
  return largest;
}
