import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import {decoderTokenOperations} from "../../engine/token-operations.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {experiment} from "../../experiment/experiment.js";
import {structuredMethods, structuredPresets} from "../../sparse/structured/registry.js";
import {type ByUnit, type UnitPart, unitsOf} from "../../sparse/structured/units.js";
import {optionNames} from "../../technique/option-names.js";
import {decoderWeights} from "../shared/decoders.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {calibrationDraws, PRUNED_MODELS, prunedColumns, prunedParams, readingModel} from "./pruned-models.js";

/** Tokens in the cache of the token whose operations are counted. */
const CONTEXT = 127;

/** Quality of a decoder without some of its heads and channels, which is then really smaller. */
export const structured = experiment({
  id: "sparse/structured",
  title: "Heads and channels taken out",
  question: "How many heads and channels can a model lose whole, and what helps it to bear that?",
  source: structuredMethods.all.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    ...prunedParams,
    documents: {...prunedParams.documents, default: 4},
    methods: {
      kind: "choices",
      label: "Methods",
      help: "FLAP as it is, and with one of its parts changed.",
      options: structuredPresets.map(({id}) => id),
      names: optionNames(structuredPresets),
      default: structuredPresets.map(({id}) => id),
      rowsBy: "method",
    },
    ratios: {
      kind: "choices",
      label: "Share of the weights of heads and channels that goes",
      options: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
      default: [0.1, 0.2, 0.3, 0.4, 0.5],
    },
  },
  columns: {
    ...prunedColumns,
    family: {type: "string", label: "Family"},
    ratio: {type: "number", label: "Share of the weights of heads and channels that goes, as set"},
    density: {type: "number", label: "Share of these weights that stays", provenance: "measured"},
    heads: {type: "integer", label: "Heads that stay, all layers together", provenance: "measured"},
    channels: {type: "integer", label: "Channels that stay, all layers together", provenance: "measured"},
    weights: {type: "integer", label: "Weights and biases of the model", provenance: "measured"},
    bytes: {type: "number", label: "Bytes of the model in bfloat16"},
    operations: {type: "integer", label: `Operations of a token after ${CONTEXT} others`},
    ...qualityColumns,
  },
  tables: {
    layers: {
      model: {type: "string", label: "Model"},
      method: {type: "string", label: "Method"},
      calibrationSeed: {type: "integer", label: "Seed of the calibration documents", nullable: true},
      ratio: {type: "number", label: "Share that goes, as set"},
      layer: {type: "integer", label: "Layer"},
      part: {type: "string", label: "Part of the layer"},
      stays: {type: "number", label: "Share of the part's units that stays", provenance: "measured"},
    },
  },
  needs: PRUNED_MODELS.map((model) => `weights/${model}` as const),
  needsOf: ({model}) => [`weights/${model}`] as const,
  sweep: [{model: "decoder-small"}, {model: "decoder-large", documents: 2, ratios: [0.2, 0.4, 0.5]}],
  async run({model, methods, ratios, documents, ...draw}, {data, progress}) {
    const weights = decoderWeights(model, data);
    const draws = await calibrationDraws(weights, draw);
    const seeds = corpusSeeds({documents});
    const baseline = memoized(await readingModel(weights));
    const presets = structuredPresets.filter(({id}) => methods.includes(id));
    const settings = presets.flatMap((preset) => {
      const from = preset.method.needs.length > 0 ? draws : [null];
      return ratios.flatMap((ratio) => from.map((drawn) => ({preset, ratio, drawn})));
    });
    const rows = [];
    const layers = [];
    for (const [n, {preset, ratio, drawn}] of settings.entries()) {
      const [from, to] = [n / settings.length, (n + 1) / settings.length];
      const step = watched(progress, {from, to, what: `${preset.label}, ${ratio}`});
      const statistics = drawn ? {statistics: drawn.statistics} : {};
      const smaller = preset.method.remove(weights, {ratio, params: preset.params, ...statistics});
      const {pooled} = await evaluateModel(await readingModel(smaller.weights), baseline, seeds, step);
      const facts = {model, method: preset.id, calibrationSeed: drawn?.seed ?? null, ratio};
      rows.push({
        ...facts,
        label: preset.label,
        family: preset.method.family,
        ...sizesOf(smaller.weights, density(weights, smaller.kept)),
        ...qualityCells(pooled),
        provenance: "measured" as const,
      });
      for (const row of layerRows(weights, smaller.kept)) layers.push({...facts, ...row});
    }
    return {rows, layers};
  },
});

function sizesOf({config, tensors}: DecoderWeights, density: number) {
  const count = (of: (plan: (typeof config.plans)[number]) => number) =>
    config.plans.reduce((sum, plan) => sum + of(plan), 0);
  const weights = [...tensors.values()].reduce((sum, {data}) => sum + data.length, 0);
  return {
    density,
    heads: count(({mixer}) => mixer.heads),
    channels: count(({channels}) => channels.width),
    weights,
    bytes: 2 * weights,
    operations: decoderTokenOperations(config, CONTEXT),
  };
}

/** Share of the weights of heads and channels that stays. */
function density({config}: DecoderWeights, kept: ByUnit): number {
  let [all, left] = [0, 0];
  config.plans.forEach((plan, layer) => {
    for (const [part, {count, weights}] of Object.entries(unitsOf(config, plan))) {
      all += count * weights;
      left += kept[layer][part as UnitPart].length * weights;
    }
  });
  return left / all;
}

function layerRows({config}: DecoderWeights, kept: ByUnit) {
  return config.plans.flatMap((plan, layer) => {
    const units = unitsOf(config, plan);
    const row = (part: UnitPart) => ({
      layer,
      part,
      stays: kept[layer][part].length / units[part].count,
      provenance: "measured" as const,
    });
    return [row("attention"), row("network")];
  });
}
