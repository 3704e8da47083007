import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds, EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {inputsOfMethod, prepareModel} from "../../evaluate/prepare-model.js";
import {experiment} from "../../experiment/experiment.js";
import type {Format} from "../../formats/format.js";
import {formats, sizedFormatIds} from "../../formats/registry.js";
import {type MethodId, quantizationMethods} from "../../quant/registry.js";
import {optionNames} from "../../technique/option-names.js";
import {firstFormats, formatColumns} from "../formats/columns.js";
import {DECODER_NEEDS, decoderWeights, modelParam, needsOfModel, SMALL_DECODERS} from "../shared/decoders.js";
import {known, qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";

/** The name of numbers that stay as they are. */
const FLOAT = "float32";
/** Activations take the format of the weights, or the one that its paper means for them. */
const AS_WEIGHTS = "as weights";
/** The task that is written, not only predicted: four facts, all asked for; a sample counts if all answers are right. */
const TASK = "needle-multiquery";
/** The seed of rows that pool all evaluation seeds. */
export const ALL_SEEDS = "all";
const CALIBRATION_TEXTS = 16;

/** The stored weights are float16, so that fp16 is the baseline itself. */
export const MODEL_FORMATS = firstFormats("fp16");

/** Formats judged by what a trained model does with them. */
export const formatsOnModel = experiment({
  id: "models/formats-on-model",
  title: "Formats on a working model",
  question: "What does a model lose when its numbers are stored in a format, and how sure is that?",
  source:
    "quality figures of llama.cpp's perplexity tool, with intervals by document; formats as their registry cites them",
  params: {
    model: modelParam,
    formats: {
      kind: "choices",
      label: "Weight formats",
      help: "The seven projections of every layer; embedding, norms and head stay as they are.",
      options: Object.keys(formats),
      names: optionNames(Object.values(formats)),
      default: MODEL_FORMATS,
    },
    activations: {
      kind: "choice",
      label: "Activations",
      help: "What goes into every projection, each token with scales of its own. RaZeR has a format for them.",
      options: [FLOAT, AS_WEIGHTS, ...Object.keys(formats)],
      names: optionNames(Object.values(formats)),
      default: FLOAT,
    },
    kv: {
      kind: "choice",
      label: "Keys and values",
      help: "How the cache packs every token.",
      options: [FLOAT, ...sizedFormatIds],
      names: optionNames(Object.values(formats)),
      default: FLOAT,
      advanced: true,
    },
    method: {
      kind: "choice",
      label: "Method",
      help: `Steps before and while rounding; calibrated on ${CALIBRATION_TEXTS} training documents. Formats that it cannot round to are left out.`,
      options: quantizationMethods.ids,
      names: optionNames(quantizationMethods.all),
      default: "rtn",
    },
    documents: {
      kind: "integer",
      label: "Documents for each seed",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 8,
      advanced: true,
    },
    samples: {
      kind: "integer",
      label: "Samples of the task for each seed",
      min: 1,
      max: 64,
      default: 8,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    method: {type: "string", label: "Method"},
    activations: {type: "string", label: "Activations"},
    kv: {type: "string", label: "Keys and values"},
    ...formatColumns,
    bitsPerWeight: {type: "number", label: "Size", unit: "bits per weight", provenance: "measured"},
    bitsPerKv: {
      type: "number",
      label: "Size of the cache",
      unit: "bits per cached number",
      provenance: "measured",
    },
    seed: {type: "string", label: "Evaluation seed"},
    ...qualityColumns,
    solved: {type: "number", label: `Samples of ${TASK} solved`, provenance: "measured"},
    solvedLow: {
      type: "number",
      label: "Samples solved, lower end of 95 %",
      provenance: "measured",
      nullable: true,
    },
    solvedHigh: {
      type: "number",
      label: "Samples solved, upper end of 95 %",
      provenance: "measured",
      nullable: true,
    },
    samples: {type: "integer", label: "Samples"},
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: SMALL_DECODERS.flatMap((model) => [
    {model},
    {model, activations: AS_WEIGHTS},
    ...quantizationMethods.all
      .filter(({id}) => id !== "rtn")
      .map(({id, shownFormats}) => ({model, method: id, ...(shownFormats && {formats: shownFormats})})),
  ]),
  async run({model, formats: ids, activations, kv, method, documents, samples}, {data, progress}) {
    const weights = decoderWeights(model, data);
    const taken = formatsTaken(ids, method);
    const seeds = corpusSeeds({seeds: EVAL_SEEDS, documents, tasks: [TASK], samples});
    const options = {calibration: corpusCalibration(CALIBRATION_TEXTS), backend: wasmBackend};
    const baseline = memoized(await prepareModel(weights, {}, options));
    const rows = [];
    for (const [n, id] of taken.entries()) {
      const step = watched(progress, {from: n / taken.length, to: (n + 1) / taken.length, what: id});
      const format = formats[id];
      const inputs = activationFormat(activations, id);
      const kvFormat = kv === FLOAT ? undefined : formats[kv];
      const setup = {
        weights: format,
        method,
        ...(inputs && {activations: inputs}),
        ...(kvFormat && {kv: kvFormat}),
      };
      const prepared = await prepareModel(weights, setup, {...options, signal: step.signal});
      const {pooled, seeds: each} = await evaluateModel(prepared, baseline, seeds, step);
      const shared = {
        model,
        method,
        activations: (inputs ?? inputsOfMethod(method))?.id ?? FLOAT,
        kv,
        format: id,
        family: format.family,
        convention: format.convention,
        bitsPerWeight: prepared.bitsPerWeight!,
        bitsPerKv: prepared.bitsPerKv ?? 32,
      };
      for (const {seed, ...measured} of [{seed: ALL_SEEDS, ...pooled}, ...each]) {
        const {share, low, high, trials} = measured.tasks[TASK].model;
        const task = {solved: share, solvedLow: known(low), solvedHigh: known(high), samples: trials};
        rows.push({
          ...shared,
          seed: String(seed),
          ...qualityCells(measured),
          ...task,
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});

/** Those of the formats that a method can round to. */
function formatsTaken(ids: readonly string[], method: MethodId): readonly string[] {
  const {refuses} = quantizationMethods.byId(method);
  const taken = ids.filter((id) => refuses(formats[id]) === null);
  if (taken.length > 0) return taken;
  const reasons = ids.map((id) => refuses(formats[id])).join(" ");
  throw new RangeError(
    `run models/formats-on-model: formats must hold one that ${method} can round to, got ${ids.join(", ")}. ${reasons}`,
  );
}

function activationFormat(choice: string, weightFormat: string): Format | undefined {
  if (choice === FLOAT) return undefined;
  return formats[choice === AS_WEIGHTS ? (formats[weightFormat].activations ?? weightFormat) : choice];
}
