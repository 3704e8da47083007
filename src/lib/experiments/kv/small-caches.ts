import {longTextBytes} from "../../engine/cache/choices.js";
import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {wholeSession} from "../../engine/cache/session.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {cachedModel} from "../../evaluate/cached-model.js";
import {evaluateModel, memoized} from "../../evaluate/evaluate.js";
import {type RecordedPrefill, recordPrefill} from "../../evaluate/recorded-prefill.js";
import {experiment} from "../../experiment/experiment.js";
import {ALL_SEEDS} from "../models/formats-on-model.js";
import {openedDecoder, testSeeds} from "../shared/decoder-texts.js";
import {DECODER_IDS, DECODER_NEEDS, type DecoderId, decoderWeights, modelParam} from "../shared/decoders.js";
import {PREDICTED_DECODERS, type PredictedDecoder, predictorOf} from "../shared/predictors.js";
import {qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {accuracyCells, accuracyColumns} from "./accuracy-columns.js";
import {cacheSetting, settingSizes} from "./cache-setting.js";
import {CACHES, SHOWN_CACHE_IDS} from "./caches.js";

/** Bytes against quality for every way to keep a cache small, on a model that really decodes from it. */
export const smallCaches = experiment({
  id: "kv/small-caches",
  title: "Small caches",
  question: "What does a model lose when its cache is quantized, shared, shrunk, evicted or read in part?",
  source: "each technique's own paper; quality figures as llama.cpp's perplexity tool prints them",
  params: {
    model: modelParam,
    techniques: {
      kind: "choices",
      label: "Techniques",
      options: CACHES.ids,
      default: SHOWN_CACHE_IDS,
    },
    prefillShare: {
      kind: "number",
      label: "Share of the text that is read at once",
      help: "A prefill attends to what it computes; every later token is decoded from the cache, and only those are scored.",
      min: 0.1,
      max: 0.9,
      step: 0.05,
      default: 0.75,
      advanced: true,
    },
    decoded: {
      kind: "integer",
      label: "Tokens decoded for each seed",
      help: "In whole documents of the model's full context, at least one.",
      min: 16,
      max: 4096,
      default: 96,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    technique: {type: "string", label: "Technique"},
    label: {type: "string", label: "Name"},
    family: {type: "string", label: "What it does"},
    formula: {type: "string", label: "Bytes for each token of a long text"},
    source: {type: "string", label: "Source"},
    isBound: {type: "boolean", label: "A bound, no technique"},
    seed: {type: "string", label: "Evaluation seed"},
    kept: {
      type: "number",
      label: "Kept at the end of the text",
      unit: "bytes per token",
      provenance: "measured",
    },
    read: {type: "number", label: "Read by the last token", unit: "bytes per token", provenance: "measured"},
    keptLong: {
      type: "number",
      label: "Kept, of a long text",
      unit: "bytes per token",
      provenance: "modelled",
    },
    readLong: {
      type: "number",
      label: "Read, of a long text",
      unit: "bytes per token",
      provenance: "modelled",
    },
    ...qualityColumns,
    ...accuracyColumns,
  },
  needs: [...DECODER_NEEDS, ...PREDICTED_DECODERS.map((id) => `predictor/${id}` as const)],
  needsOf: ({model}) =>
    isPredicted(model) ? [`weights/${model}`, `predictor/${model}`] : [`weights/${model}`],
  sweep: DECODER_IDS.map((model) => ({model})),
  async run({model, techniques, prefillShare, decoded}, {data, progress}) {
    const decoder = await openedDecoder(model, data);
    const setting = cacheSetting(
      decoderWeights(model, data),
      decoder,
      isPredicted(model) ? predictorOf(model, data) : undefined,
    );
    const {config} = decoder;
    const prefill = Math.round(prefillShare * config.maxPositions);
    const seeds = testSeeds(config, {
      documents: Math.max(1, Math.floor(decoded / (config.maxPositions - prefill))),
    }).map((seed) => ({
      ...seed,
      texts: seed.texts.map((text) => ({...text, from: prefill + 1})),
    }));
    const exact = () => wholeSession({...plainKvCache(config), bytes: () => 0});
    const recorded = memoizedPrefill(decoder);
    const baseline = memoized({...cachedModel(decoder, exact, prefill, recorded), write: () => []});
    const rows = [];
    for (const [n, id] of techniques.entries()) {
      const cache = CACHES.byId(id);
      const {label, kind, formula, source, isBound} = cache;
      const step = watched(progress, {
        from: n / techniques.length,
        to: (n + 1) / techniques.length,
        what: label,
      });
      const start = cache.open(setting);
      if (start === null) continue;
      const cached = cachedModel(decoder, start, prefill, recorded);
      const {pooled, seeds: each} = await evaluateModel({...cached, write: () => []}, baseline, seeds, step);
      const cost = cached.cost();
      const long = longTextBytes(cache, settingSizes(setting));
      for (const {seed, ...measured} of [{seed: ALL_SEEDS, ...pooled}, ...each]) {
        rows.push({
          model,
          technique: id,
          label,
          family: kind,
          formula,
          source,
          isBound,
          seed: String(seed),
          kept: cost.keptPerToken,
          read: cost.readPerToken,
          keptLong: long.kept,
          readLong: long.read,
          ...qualityCells(measured),
          ...accuracyCells(measured),
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});

const isPredicted = (id: DecoderId): id is PredictedDecoder =>
  PREDICTED_DECODERS.some((other) => other === id);

/** Each text's first pass, computed once: it is the same for every cache. */
function memoizedPrefill(decoder: Decoder) {
  const known = new Map<string, RecordedPrefill>();
  return (ids: readonly number[]): RecordedPrefill => {
    const found = known.get(ids.join()) ?? recordPrefill(decoder, ids);
    known.set(ids.join(), found);
    return found;
  };
}
