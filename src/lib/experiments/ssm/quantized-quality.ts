/** Quantized state-space models measured: sizes in packed bytes and quality beside the float model, as columns and rows. */

import type {MambaWeights} from "../../engine/mamba/mamba-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds, EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import {type EvaluateOptions, evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {type PreparedMamba, quantizeMamba} from "../../ssm/quantize/quantize-mamba.js";
import {scanParams} from "../../ssm/registry.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {recallCells, recallColumns} from "./recall-columns.js";

/** The name of the row whose weights and state are float16: the model itself. */
export const FLOAT16 = "float16";
/** The seed of rows that pool all evaluation seeds. */
export const ALL_SEEDS = "all";
/** Training documents that static scales are found on. */
export const CALIBRATION_TEXTS = 16;

/** Sizes and quality of one model, pooled and for each seed. */
export const quantizedColumns = {
  bytes: {
    type: "integer",
    label: "Weights, scales and state of one text",
    unit: "bytes",
    provenance: "measured",
  },
  weightBytes: {type: "integer", label: "Weights with their scales", unit: "bytes", provenance: "measured"},
  scaleBytes: {
    type: "integer",
    label: "Static scales of activations and state",
    unit: "bytes",
    provenance: "measured",
  },
  stateBytes: {type: "integer", label: "State of one text", unit: "bytes", provenance: "measured"},
  bitsPerWeight: {
    type: "number",
    label: "Size of the mixers",
    unit: "bits per weight",
    provenance: "measured",
  },
  bitsPerState: {
    type: "number",
    label: "Size of the state",
    unit: "bits per number of state",
    provenance: "measured",
  },
  seed: {type: "string", label: "Evaluation seed"},
  ...qualityColumns,
  ...recallColumns,
} as const;

/** Parameters of the scan quantizers; the shipped models have two state groups of four heads of 16 channels. */
export const methodParams = {
  ...scanParams,
  headGroups: {
    ...scanParams.headGroups,
    help: "In each of the two state groups of four heads.",
    max: 4,
    default: 2,
  },
  channelGroups: {...scanParams.channelGroups, max: 16},
} as const;

/** Reading of a text: the memory of a layer is packed after every pass. */
export type MambaReading = "at once" | "token by token";

/**
 * Measures one model after another on test documents of 128 tokens beside the float32 one, which reads at once and whose
 * passes are memoized. Rows lack the name of the setup.
 */
export async function quantizedMeasure(
  weights: MambaWeights,
  {documents, reading}: {readonly documents: number; readonly reading: MambaReading},
) {
  const seeds = corpusSeeds({seeds: EVAL_SEEDS, documents});
  const float = await quantizeMamba(weights, {method: "dynamic", bits: null, backend: wasmBackend});
  const baseline = memoized(float);
  return async (prepared: PreparedMamba, options: EvaluateOptions) => {
    const read = reading === "at once" ? prepared : {...prepared, logits: tokenByToken(prepared)};
    const {pooled, seeds: each} = await evaluateModel(read, baseline, seeds, options);
    const sizes = sizeCells(prepared);
    return [{seed: ALL_SEEDS, ...pooled}, ...each].map(({seed, ...measured}) => ({
      ...sizes,
      seed: String(seed),
      ...qualityCells(measured),
      ...recallCells(measured),
      provenance: "measured" as const,
    }));
  };
}

function sizeCells({memory, bitsPerWeight, bitsPerKv}: PreparedMamba) {
  const {mixers, embedding, head, norms, scales, scanState, convState} = memory;
  const weightBytes = mixers + embedding + head + norms;
  const stateBytes = scanState + convState;
  return {
    bytes: weightBytes + scales + stateBytes,
    weightBytes,
    scaleBytes: scales,
    stateBytes,
    bitsPerWeight: bitsPerWeight!,
    bitsPerState: bitsPerKv!,
  };
}

/** Logits of a text whose every token goes through the packed memory that the token before it left. */
function tokenByToken({read}: PreparedMamba): PreparedMamba["logits"] {
  return (ids) => {
    const next = read();
    const each = ids.map((id) => next([id]));
    const columns = each[0].shape.at(-1)!;
    const data = new Float32Array(ids.length * columns);
    each.forEach((logits, t) => {
      data.set(logits.data, t * columns);
    });
    return {shape: [ids.length, columns], data};
  };
}
