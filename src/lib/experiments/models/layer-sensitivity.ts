import {type DecoderWeights, inputGroups} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds, EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {prepareModel} from "../../evaluate/prepare-model.js";
import {experiment} from "../../experiment/experiment.js";
import type {Format} from "../../formats/format.js";
import {formats} from "../../formats/registry.js";
import {roundToNearest} from "../../quant/rtn.js";
import {optionNames} from "../../technique/option-names.js";
import {formatColumns} from "../formats/columns.js";
import {DECODER_NEEDS, decoderWeights, modelParam, needsOfModel} from "../shared/decoders.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";

/** The name under which all matrices of a layer, or all layers, stand together. */
export const ALL = "all";

/** Formats that the sweep shows at once. */
const SHOWN = ["int3", "int4", "mxfp4", "nvfp4", "razer"] as const;

/** One matrix at a time in a format, everything else as it is. */
export const layerSensitivity = experiment({
  id: "models/layer-sensitivity",
  title: "Which layer hurts",
  question: "Which matrix of which layer is the one that a format damages?",
  source: "one at a time, as in layer-wise sensitivity scans; formats as their registry cites them",
  params: {
    model: modelParam,
    format: {
      kind: "choice",
      label: "Weight format",
      help: "Of one matrix, of one whole layer, and of all of them.",
      options: Object.keys(formats),
      names: optionNames(Object.values(formats)),
      default: "int3",
    },
    documents: {
      kind: "integer",
      label: "Documents for each seed",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 32,
      default: 4,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    ...formatColumns,
    layer: {type: "string", label: "Layer"},
    matrix: {type: "string", label: "Matrix"},
    weights: {type: "integer", label: "Weights in this format"},
    ...qualityColumns,
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: SHOWN.map((format) => ({format})),
  async run({model, format: id, documents}, {data, progress}) {
    const weights = decoderWeights(model, data);
    const seeds = corpusSeeds({seeds: EVAL_SEEDS, documents});
    const backend = {backend: wasmBackend};
    const baseline = memoized(await prepareModel(weights, {}, backend));
    const {family, convention} = formats[id];
    const units = unitsOf(weights);
    const rows = [];
    for (const [n, {layer, matrix, names}] of units.entries()) {
      const what = `layer ${layer}, ${matrix}`;
      const step = watched(progress, {from: n / units.length, to: (n + 1) / units.length, what});
      const changed = await prepareModel(withRounded(weights, names, formats[id]), {}, backend);
      const {pooled} = await evaluateModel(changed, baseline, seeds, step);
      rows.push({
        model,
        format: id,
        family,
        convention,
        layer,
        matrix,
        weights: names.reduce((sum, name) => sum + weights.tensors.get(name)!.data.length, 0),
        ...qualityCells(pooled),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});

interface Unit {
  readonly layer: string;
  readonly matrix: string;
  readonly names: readonly string[];
}

/** Every matrix alone, every layer whole, and all layers. */
function unitsOf(weights: DecoderWeights): Unit[] {
  const matrices = inputGroups(weights).flatMap(({layer, readers}) =>
    readers.map((name): Unit => ({layer: String(layer), matrix: name.split(".").at(-2)!, names: [name]})),
  );
  const layers = Array.from({length: weights.config.layers}, (_, layer): Unit => {
    const own = matrices.filter((unit) => unit.layer === String(layer));
    return {layer: String(layer), matrix: ALL, names: own.flatMap(({names}) => names)};
  });
  return [...matrices, ...layers, {layer: ALL, matrix: ALL, names: matrices.flatMap(({names}) => names)}];
}

function withRounded(
  {config, tensors}: DecoderWeights,
  names: readonly string[],
  format: Format,
): DecoderWeights {
  const changed = new Map(tensors);
  for (const name of names) changed.set(name, roundToNearest(tensors.get(name)!, format).weight);
  return {config, tensors: changed};
}
