import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds, EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {inputsOfMethod, prepareModel, type Setup} from "../../evaluate/prepare-model.js";
import {experiment} from "../../experiment/experiment.js";
import {formatById} from "../../formats/registry.js";
import type {MethodId} from "../../quant/registry.js";
import {randomStream} from "../../tensor/random.js";
import {decoderWeights} from "../shared/decoders.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {withOutlierChannels} from "./injected-outliers.js";

interface Way {
  readonly weights: string;
  readonly inputs?: string;
  readonly method?: MethodId;
}

/** Weights and inputs of one width with and without a place for outliers; FP6 as its paper has it, inputs in floats. */
const WAYS = {
  "int8, inputs too": {weights: "int8_channel", inputs: "int8_token"},
  "LLM.int8()": {weights: "int8_channel", method: "llm-int8"},
  "OliVe, 8 bits": {weights: "olive8", inputs: "olive8_tensor"},
  "int4, inputs too": {weights: "int4_channel", inputs: "int4_channel"},
  "OliVe, 4 bits": {weights: "olive4", inputs: "olive4_tensor"},
  "FP6, inputs in float32": {weights: "fp6_4p2"},
  "int4, inputs in float32": {weights: "int4_channel"},
} as const satisfies Record<string, Way>;

const WAY_NAMES = Object.keys(WAYS) as (keyof typeof WAYS)[];
const MODEL = "decoder-small";

function setupOf({weights, inputs, method}: Way): Setup {
  return {
    weights: formatById(weights),
    ...(inputs !== undefined && {activations: formatById(inputs)}),
    ...(method !== undefined && {method}),
  };
}

/** Quality of a trained decoder whose channels are made large without changing what it computes. */
export const outlierChannels = experiment({
  id: "formats/outlier-channels",
  title: "Outlier channels and what formats do with them",
  question: "What do a few large channels cost a model in 8 and in 4 bits, and which formats bear them?",
  source: "OliVe, arXiv:2304.07493; LLM.int8(), arXiv:2208.07339; ZeroQuant(4+2), arXiv:2312.08583",
  params: {
    factors: {
      kind: "choices",
      label: "Size of the outlier channels",
      help: "How many times as large they are made, in every normed input; the weights that read them shrink as much.",
      options: [1, 4, 16, 64, 256],
      default: [1, 4, 16, 64],
    },
    ways: {
      kind: "choices",
      label: "Weights and inputs",
      options: WAY_NAMES,
      default: WAY_NAMES,
      rowsBy: "way",
    },
    channels: {
      kind: "integer",
      label: "Outlier channels",
      help: "Of 64 channels, the same in all layers.",
      min: 1,
      max: 32,
      default: 2,
      advanced: true,
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens.",
      min: 2,
      max: 32,
      default: 4,
      advanced: true,
    },
  },
  columns: {
    way: {type: "string", label: "Weights and inputs"},
    factor: {type: "number", label: "Size of the outlier channels"},
    family: {type: "string", label: "Family"},
    weights: {type: "string", label: "Format of the weights"},
    inputs: {type: "string", label: "Format of the inputs"},
    bitsPerWeight: {type: "number", label: "Size", unit: "bits per weight", provenance: "measured"},
    ...qualityColumns,
  },
  needs: [`weights/${MODEL}`],
  sweep: [{}],
  async run({factors, ways, channels, documents}, {data, progress}) {
    const plain = decoderWeights(MODEL, data);
    const seeds = corpusSeeds({seeds: EVAL_SEEDS, documents});
    const baseline = memoized(await prepareModel(plain, {}, {backend: wasmBackend}));
    const rows = [];
    for (const [n, factor] of factors.entries()) {
      const {integer} = randomStream(0, "outlier channels");
      const weights = withOutlierChannels(plain, {count: channels, factor}, integer);
      for (const [i, way] of ways.entries()) {
        const share = (n + i / ways.length) / factors.length;
        const step = watched(progress, {from: share, to: share, what: `${way}, ${factor} times`});
        const setup = setupOf(WAYS[way]);
        const prepared = await prepareModel(weights, setup, {backend: wasmBackend, signal: step.signal});
        const {pooled} = await evaluateModel(prepared, baseline, seeds, step);
        const inputs = setup.activations ?? inputsOfMethod(setup.method ?? "rtn");
        rows.push({
          way,
          factor,
          family: setup.weights!.family,
          weights: setup.weights!.id,
          inputs: inputs?.id ?? "float32",
          bitsPerWeight: prepared.bitsPerWeight!,
          ...qualityCells(pooled),
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});
