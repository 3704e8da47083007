import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import {calibrateMamba} from "../../ssm/quantize/calibrate-mamba.js";
import {
  type MambaBits,
  type PreparedMamba,
  quantizeMamba,
  roundMamba,
} from "../../ssm/quantize/quantize-mamba.js";
import {ownParams, scanQuantizers, scanQuantizersFor} from "../../ssm/registry.js";
import {optionNames} from "../../technique/option-names.js";
import {watched} from "../shared/watched.js";
import {MAMBA_IDS, mambaParam, mambaWeights, needsOfMamba} from "./mambas.js";
import {
  CALIBRATION_TEXTS,
  FLOAT16,
  methodParams,
  quantizedColumns,
  quantizedMeasure,
} from "./quantized-quality.js";

const BITS = ["w8a8", "w4a8", "w4a16"] as const;

/** Methods to compare where no activation is rounded: those that move no weights are static int8 again. */
const SAME_AS_STATIC = new Set<string>(
  scanQuantizers.all.filter(({id, movesWeights}) => !movesWeights && id !== "static").map(({id}) => id),
);

/** State-space models quantized whole, judged by what is left of them. */
export const quantization = experiment({
  id: "ssm/quantization",
  title: "Quantized state-space models",
  question:
    "What do Quamba, Quamba2 and their repairs leave of a trained state-space model, and in how many bytes?",
  source: "Quamba: arXiv:2410.13229; Quamba2: arXiv:2503.22879; SmoothQuant: arXiv:2211.10438",
  params: {
    model: mambaParam,
    methods: {
      kind: "choices",
      label: "Methods",
      help: "Static int8 for everything, and what repairs it. Clusters and state groups need the heads of Mamba2; a model without them leaves them out.",
      options: scanQuantizers.ids,
      names: optionNames(scanQuantizers.all),
      default: scanQuantizers.ids,
    },
    bits: {
      kind: "choices",
      label: "Bits of weights and activations",
      help: "With 16-bit activations, only methods that change weights differ.",
      options: BITS,
      default: BITS,
    },
    ...methodParams,
    documents: {
      kind: "integer",
      label: "Documents for each seed",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 6,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    method: {type: "string", label: "Method"},
    bits: {type: "string", label: "Bits of weights and activations"},
    ...quantizedColumns,
  },
  needs: MAMBA_IDS.map((id) => `weights/${id}` as const),
  needsOf: needsOfMamba,
  sweep: MAMBA_IDS.map((model) => ({model})),
  async run({model, methods, bits, documents, ...params}, {data, progress}) {
    const weights = mambaWeights(model, data);
    const own = scanQuantizersFor(weights.config).filter(({id}) => methods.includes(id));
    const setup = {calibration: corpusCalibration(CALIBRATION_TEXTS), backend: wasmBackend};
    const measure = await quantizedMeasure(weights, {documents, reading: "at once"});
    const total = 1 + own.length * bits.length;
    let done = 0;
    const rowsOf = async (method: string, width: MambaBits, prepared: PreparedMamba) => {
      const share = {from: done / total, to: ++done / total, what: `${method} ${width}`};
      const measured = await measure(prepared, watched(progress, share));
      return measured.map((row) => ({model, method, bits: width, ...row}));
    };
    const float16 = await quantizeMamba(weights, {...setup, method: "static", bits: "w16a16"});
    const rows = await rowsOf(FLOAT16, "w16a16", float16);
    for (const {id: method} of own) {
      const calibrated = await calibrateMamba(weights, {...setup, method, params: ownParams(method, params)});
      for (const width of bits) {
        if (width === "w4a16" && SAME_AS_STATIC.has(method)) continue;
        const prepared = await roundMamba(calibrated, {bits: width, backend: wasmBackend});
        for (const row of await rowsOf(method, width, prepared)) rows.push(row);
      }
    }
    return rows;
  },
});
