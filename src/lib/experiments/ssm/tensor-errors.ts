import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import {mambaTensorErrors} from "../../ssm/quantize/tensor-errors.js";
import {ownParams, scanQuantizers, scanQuantizersFor} from "../../ssm/registry.js";
import {optionNames} from "../../technique/option-names.js";
import {MAMBA_IDS, mambaParam, mambaWeights, needsOfMamba} from "./mambas.js";
import {CALIBRATION_TEXTS, methodParams} from "./quantized-quality.js";

/** Each tensor of a state-space model in int8 by itself: what a method does to it before errors add up. */
export const tensorErrors = experiment({
  id: "ssm/tensor-errors",
  title: "Which tensor int8 hurts",
  question: "Which tensors of a state-space model does static int8 hurt, and which repair mends which?",
  source: "Quamba: arXiv:2410.13229, section 4; Quamba2: arXiv:2503.22879, section 4",
  params: {
    model: mambaParam,
    methods: {
      kind: "choices",
      label: "Methods",
      options: scanQuantizers.ids,
      names: optionNames(scanQuantizers.all),
      default: scanQuantizers.ids,
    },
    ...methodParams,
    documents: {
      kind: "integer",
      label: "Documents",
      help: "Of 128 tokens, from the test split.",
      min: 1,
      max: 32,
      default: 4,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    method: {type: "string", label: "Method"},
    layer: {type: "integer", label: "Layer"},
    tensor: {type: "string", label: "Tensor"},
    count: {type: "integer", label: "Numbers"},
    absMaxOverRms: {type: "number", label: "Largest magnitude over the rms of all", provenance: "measured"},
    kurtosis: {type: "number", label: "Kurtosis (a Gaussian has 3)", provenance: "measured"},
    relativeMse: {type: "number", label: "Squared error over squared size", provenance: "measured"},
    sqnrDb: {type: "number", label: "Signal to quantization noise", unit: "dB", provenance: "measured"},
    ordinarySqnrDb: {
      type: "number",
      label: "The same of the 99 % of numbers that are smallest",
      unit: "dB",
      provenance: "measured",
    },
  },
  needs: MAMBA_IDS.map((id) => `weights/${id}` as const),
  needsOf: needsOfMamba,
  sweep: MAMBA_IDS.map((model) => ({model})),
  async run({model, methods, documents, ...params}, {data, progress}) {
    const weights = mambaWeights(model, data);
    const calibration = corpusCalibration(CALIBRATION_TEXTS);
    const [seed] = corpusSeeds({seeds: [4242], documents});
    const texts = seed!.texts.map(({tokens}) => tokens.slice(0, -1));
    const own = scanQuantizersFor(weights.config).filter(({id}) => methods.includes(id));
    const rows = [];
    for (const [n, {id: method}] of own.entries()) {
      await progress(n / own.length, method);
      const setup = {method, calibration, backend: wasmBackend, params: ownParams(method, params)};
      for (const error of await mambaTensorErrors(weights, setup, texts)) {
        rows.push({model, method, ...error, provenance: "measured" as const});
      }
    }
    return rows;
  },
});
