import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import {calibrateMamba} from "../../ssm/quantize/calibrate-mamba.js";
import {type PreparedMamba, quantizeMamba, roundMamba} from "../../ssm/quantize/quantize-mamba.js";
import {ownParams, scanQuantizers, scanQuantizersFor} from "../../ssm/registry.js";
import {optionNames} from "../../technique/option-names.js";
import {watched} from "../shared/watched.js";
import {mambaParam, mambaWeights, needsOfMamba} from "./mambas.js";
import {
  CALIBRATION_TEXTS,
  FLOAT16,
  methodParams,
  quantizedColumns,
  quantizedMeasure,
} from "./quantized-quality.js";

const MODELS = ["mamba1-small", "mamba2-small"] as const;
const METHODS = scanQuantizers.all.filter(({ownStateScales}) => ownStateScales).map(({id}) => id);

/** A model that writes meets its own packed state after every token: errors of the state add up, if they do. */
export const packedState = experiment({
  id: "ssm/packed-state",
  title: "Through a packed state, token by token",
  question: "What is lost when the state is packed into int8 after every single token, as in writing?",
  source: "Quamba: arXiv:2410.13229; Quamba2: arXiv:2503.22879, section 4",
  params: {
    model: {...mambaParam, options: MODELS, default: "mamba2-small"},
    methods: {
      kind: "choices",
      label: "Methods",
      help: "All with 8-bit weights and activations; state groups need the heads of Mamba2.",
      options: METHODS,
      names: optionNames(scanQuantizers.all),
      default: METHODS,
    },
    ...methodParams,
    documents: {
      kind: "integer",
      label: "Documents for each seed",
      help: "Of 128 tokens, and as many passes. More documents give narrower intervals.",
      min: 1,
      max: 32,
      default: 2,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    method: {type: "string", label: "Method"},
    ...quantizedColumns,
  },
  needs: MODELS.map((id) => `weights/${id}` as const),
  needsOf: needsOfMamba,
  sweep: MODELS.map((model) => ({model})),
  async run({model, methods, documents, ...params}, {data, progress}) {
    const weights = mambaWeights(model, data);
    const own = scanQuantizersFor(weights.config).filter(({id}) => methods.includes(id));
    const measure = await quantizedMeasure(weights, {documents, reading: "token by token"});
    const rowsOf = async (method: string, n: number, prepared: PreparedMamba) => {
      const share = {from: n / (own.length + 1), to: (n + 1) / (own.length + 1), what: method};
      const measured = await measure(prepared, watched(progress, share));
      return measured.map((row) => ({model, method, ...row}));
    };
    const setup = {calibration: corpusCalibration(CALIBRATION_TEXTS), backend: wasmBackend};
    const rows = await rowsOf(
      FLOAT16,
      0,
      await quantizeMamba(weights, {...setup, method: "static", bits: "w16a16"}),
    );
    for (const [n, {id: method}] of own.entries()) {
      const calibrated = await calibrateMamba(weights, {...setup, method, params: ownParams(method, params)});
      const prepared = await roundMamba(calibrated, {bits: "w8a8", backend: wasmBackend});
      for (const row of await rowsOf(method, n + 1, prepared)) rows.push(row);
    }
    return rows;
  },
});
