import {longTextBytes} from "../../engine/cache/choices.js";
import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {wholeSession} from "../../engine/cache/session.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {cachedModel} from "../../evaluate/cached-model.js";
import {
  evaluationOf,
  type Measured,
  measured,
  memoized,
  type SeedScores,
  scoreModel,
} from "../../evaluate/evaluate.js";
import {type RecordedPrefill, recordPrefill} from "../../evaluate/recorded-prefill.js";
import {experiment} from "../../experiment/experiment.js";
import {ALL_SEEDS} from "../models/formats-on-model.js";
import {openedDecoder, testSeeds} from "../shared/decoder-texts.js";
import {DECODER_IDS, DECODER_NEEDS, type DecoderId, decoderWeights, modelParam} from "../shared/decoders.js";
import {PREDICTED_DECODERS, type PredictedDecoder, predictorOf} from "../shared/predictors.js";
import {known, qualityCells, qualityColumns} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {accuracyCells, accuracyColumns} from "./accuracy-columns.js";
import {cacheNames} from "./cache-names.js";
import {cacheSetting, settingSizes} from "./cache-setting.js";
import {CACHES, SHOWN_CACHE_IDS} from "./caches.js";
import {CHOOSING, REPORTING} from "./halves.js";

/** Few enough that a setting takes about half a minute: what is killed or changed is soon run again. */
const TECHNIQUES_A_SETTING = 4;

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({length: Math.ceil(items.length / size)}, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

const riseEnd = <const L extends "lower" | "upper">(end: L) =>
  ({
    type: "number",
    label: `Perplexity above the baseline's, share of it, ${end} end of 95 %`,
    provenance: "measured",
    nullable: true,
  }) as const;

/** Bytes against quality for every way to keep a cache small, on a model that really decodes from it. */
export const smallCaches = experiment({
  id: "kv/small-caches",
  title: "Small caches",
  question: "What does a model lose when its cache is quantized, shared, shrunk, evicted or read in part?",
  source: "each technique's own paper; intervals by document",
  params: {
    model: modelParam,
    techniques: {
      kind: "choices",
      label: "Techniques",
      options: CACHES.ids,
      names: cacheNames(),
      default: SHOWN_CACHE_IDS,
      rowsBy: "technique",
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
    documents: {
      kind: "integer",
      label: "Documents of a small decoder for each of three seeds",
      help: "As long as its context; the large one reads half as many, twice as long. More documents give narrower intervals.",
      min: 4,
      max: 64,
      default: 32,
      advanced: true,
    },
    measureTime: {
      kind: "flag",
      label: "Measure time",
      help: "Of a decoded token on your machine, in this engine: another run gives other numbers.",
      default: false,
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
    seed: {type: "string", label: "Evaluation seed, or half of the documents"},
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
    time: {
      type: "number",
      label: "Time of a decoded token, median of the texts",
      unit: "ms",
      provenance: "measured",
      nullable: true,
    },
    ...qualityColumns,
    rise: {type: "number", label: "Perplexity above the baseline's, share of it", provenance: "measured"},
    riseLow: riseEnd("lower"),
    riseHigh: riseEnd("upper"),
    ...accuracyColumns,
  },
  needs: [...DECODER_NEEDS, ...PREDICTED_DECODERS.map((id) => `predictor/${id}` as const)],
  needsOf: ({model}) =>
    isPredicted(model) ? [`weights/${model}`, `predictor/${model}`] : [`weights/${model}`],
  sweep: DECODER_IDS.flatMap((model) =>
    groupsOf(SHOWN_CACHE_IDS, TECHNIQUES_A_SETTING).map((techniques) => ({model, techniques})),
  ),
  async run({model, techniques, prefillShare, documents, measureTime}, {data, progress, clock}) {
    const decoder = await openedDecoder(model, data);
    const setting = cacheSetting(
      decoderWeights(model, data),
      decoder,
      isPredicted(model) ? predictorOf(model, data) : undefined,
    );
    const {config} = decoder;
    const prefill = Math.round(prefillShare * config.maxPositions);
    const count = model === "decoder-large" ? Math.round(documents / 2) : documents;
    const seeds = testSeeds(config, {documents: count}).map((seed) => ({
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
      const cached = cachedModel(decoder, start, prefill, recorded, clock);
      const scores = await scoreModel({...cached, write: () => []}, baseline, seeds, step);
      const cost = cached.cost();
      const long = longTextBytes(cache, settingSizes(setting));
      for (const [seed, quality] of partsOf(scores)) {
        rows.push({
          model,
          technique: id,
          label,
          family: kind,
          formula,
          source,
          isBound,
          seed,
          kept: cost.keptPerToken,
          read: cost.readPerToken,
          keptLong: long.kept,
          readLong: long.read,
          time: measureTime ? cached.time() : null,
          ...qualityCells(quality),
          ...riseCells(quality),
          ...accuracyCells(quality),
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});

/** All documents together, each seed's, and two halves that share none. */
function partsOf(scores: readonly SeedScores[]): (readonly [seed: string, quality: Measured])[] {
  const {pooled, seeds} = evaluationOf(scores);
  const half = (rest: 0 | 1) =>
    measured(scores.map((seed) => ({...seed, texts: seed.texts.filter((_, i) => i % 2 === rest)})));
  return [
    [ALL_SEEDS, pooled],
    ...seeds.map(({seed, ...quality}) => [String(seed), quality] as const),
    [CHOOSING, half(0)],
    [REPORTING, half(1)],
  ];
}

function riseCells({comparison}: Measured) {
  const {value, low, high} = comparison!.difference.ratio;
  return {rise: value - 1, riseLow: known(low - 1), riseHigh: known(high - 1)};
}

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
