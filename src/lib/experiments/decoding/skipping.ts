import {layerSchedules} from "../../decoding/skipping/registry.js";
import {layersOfTokens, readSkipping, type SkippedText} from "../../decoding/skipping/skipped-reading.js";
import {forward} from "../../engine/decoder/decoder.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {optionNames} from "../../technique/option-names.js";
import {openedDecoder, testSeeds} from "../shared/decoder-texts.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";

const MODELS = ["decoder-small", "decoder-large"] as const;

/** Quality of a decoder whose tokens pass some of its layers, by the rule that chooses them. */
export const skipping = experiment({
  id: "decoding/skipping",
  title: "Skipping layers",
  question: "How many layers can a token leave out, and which, before the model loses what it knows?",
  source: layerSchedules.all.map(({label, source}) => `${label}: ${source}`).join("; "),
  params: {
    model: {
      kind: "choice",
      label: "Model",
      help: "Neither was trained to do without layers, as the papers' models were.",
      options: MODELS,
      default: "decoder-large",
    },
    schedules: {
      kind: "choices",
      label: "Rules",
      options: layerSchedules.ids,
      names: optionNames(layerSchedules.all),
      default: layerSchedules.ids,
      rowsBy: "schedule",
    },
    speedups: {
      kind: "choices",
      label: "Speedup in layers (all layers / layers passed)",
      options: [1, 1.15, 1.35, 1.6, 2],
      default: [1, 1.15, 1.35, 1.6, 2],
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 8,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    schedule: {type: "string", label: "Rule"},
    label: {type: "string", label: "Rule, in words"},
    family: {type: "string", label: "Family"},
    speedup: {type: "number", label: "Speedup in layers, as set"},
    layersPerToken: {type: "number", label: "Layers that a token after the prompt passes, mean"},
    layers: {type: "integer", label: "Layers of the model"},
    ...qualityColumns,
  },
  needs: MODELS.map((model) => `weights/${model}` as const),
  needsOf: ({model}) => [`weights/${model}`] as const,
  sweep: MODELS.map((model) => ({model})),
  async run({model: id, schedules, speedups, documents}, {data, progress}) {
    const model = await openedDecoder(id, data);
    const {layers, maxPositions} = model.config;
    const prompt = Math.floor(maxPositions / 2);
    const seeds = testSeeds(model.config, {documents}).map(({texts, ...seed}) => ({
      ...seed,
      texts: texts.map((text) => ({...text, from: prompt + 1})),
    }));
    const baseline = memoized({logits: (ids) => forward(model, ids), write: () => []});
    const settings = schedules.flatMap((schedule) => speedups.map((speedup) => ({schedule, speedup})));
    const rows = [];
    for (const [n, {schedule: rule, speedup}] of settings.entries()) {
      const schedule = layerSchedules.byId(rule);
      const text: SkippedText = {schedule, speedup, prompt};
      const step = watched(progress, {
        from: n / settings.length,
        to: (n + 1) / settings.length,
        what: `${schedule.label}, ${speedup}`,
      });
      const reads = {logits: (ids: readonly number[]) => readSkipping(model, ids, text), write: () => []};
      const {pooled} = await evaluateModel(reads, baseline, seeds, step);
      const {label, family} = schedule;
      const passed = layersOfTokens(layers, maxPositions, text).slice(prompt);
      const layersPerToken = mean(passed.map((kept) => kept.length));
      const facts = {model: id, schedule: rule, label, family, speedup, layersPerToken, layers};
      rows.push({...facts, ...qualityCells(pooled), provenance: "measured" as const});
    }
    return rows;
  },
});
