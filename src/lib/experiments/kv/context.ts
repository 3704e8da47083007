import {cacheElements, type LayerGroup, type Model, parameterCount} from "../../accel/model.js";
import {MODELS, modelById} from "../../accel/models.js";
import {parameterCount as recordParameters} from "../../architectures/parameters.js";
import {modelRecordOfText} from "../../architectures/read-model.js";
import type {CacheSizes} from "../../engine/cache/sizes.js";
import {experiment} from "../../experiment/experiment.js";
import {type KvMethod, kvCacheBytes, largestContext} from "../../kv/calculator.js";
import {cacheSizesOf} from "../../kv/kv-config.js";
import {smallest} from "../../stats/extent.js";
import {optionNames} from "../../technique/option-names.js";
import {batchParam, configParam, contextParam} from "../accel/params.js";
import {methodsFor} from "./context-methods.js";

/** Published models that cache keys and values, or latents, in every layer. */
const KV_MODELS = [...MODELS.values()]
  .filter(({groups, input}) => input === undefined && groups.every(({mixer}) => cacheElements(mixer) > 0))
  .map(({id}) => id);

/** Bits of a weight in memory; none where the memory is for the cache alone. */
const WEIGHT_BITS: Readonly<Record<string, number>> = {fp16: 16, fp8: 8, "int4, groups of 32": 4.5, none: 0};

/** Contexts that curves are drawn through. */
const CONTEXTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].map((k) => 1024 * k);
const GIGABYTE = 1e9;

/** Bytes of a cache under every technique, and the longest context that memory leaves room for. */
export const context = experiment({
  id: "kv/context",
  title: "How long a context?",
  question: "How much memory does a context take in each form of the cache, and how long a context fits?",
  source:
    "xKV, arXiv:2503.18893; KIVI, arXiv:2402.02750; MiniCache, arXiv:2405.14366; CSKV, arXiv:2409.10593; MLA, arXiv:2405.04434",
  params: {
    model: {
      kind: "choice",
      label: "Model",
      options: KV_MODELS,
      names: optionNames(MODELS.values()),
      default: "llama-3.1-8b",
    },
    context: {...contextParam, default: 65_536},
    memory: {
      kind: "number",
      label: "Memory",
      unit: "GB",
      help: "For weights and cache; what else a program needs comes on top.",
      min: 0.5,
      max: 2000,
      log: true,
      default: 24,
    },
    weights: {
      kind: "choice",
      label: "Weights in this memory",
      options: Object.keys(WEIGHT_BITS),
      names: {fp16: "FP16", fp8: "FP8", "int4, groups of 32": "INT4, groups of 32"},
      default: "fp16",
    },
    batch: {...batchParam, label: "Sequences at once", advanced: true},
    keptKeys: {
      kind: "number",
      label: "Rank of keys for each layer, share of the width",
      help: "Of xKV. Values get half as many again; of a latent twice this share is kept.",
      min: 0.01,
      max: 1,
      step: 0.005,
      default: 0.125,
      advanced: true,
    },
    density: {
      kind: "number",
      label: "Features that CSKV keeps, share of the width",
      min: 0.01,
      max: 1,
      step: 0.01,
      default: 0.2,
      advanced: true,
    },
    keepFraction: {
      kind: "number",
      label: "Tokens that eviction keeps",
      min: 0.01,
      max: 1,
      step: 0.01,
      default: 0.25,
      advanced: true,
    },
    config: {...configParam, advanced: false},
  },
  columns: {
    model: {type: "string", label: "Model"},
    technique: {type: "string", label: "Technique"},
    kind: {type: "string", label: "What it saves at"},
    how: {type: "string", label: "Set to"},
    context: {type: "integer", label: "Context", unit: "tokens"},
    isChosen: {type: "boolean", label: "The context that was asked for"},
    bytesPerToken: {
      type: "number",
      label: "Cache",
      unit: "bytes per token",
      provenance: "modelled",
      nullable: true,
    },
    cacheBytes: {
      type: "number",
      label: "Cache of all sequences",
      unit: "bytes",
      provenance: "modelled",
      nullable: true,
    },
    ratio: {type: "number", label: "Times smaller than fp16", provenance: "modelled", nullable: true},
    weightBytes: {type: "number", label: "Weights", unit: "bytes", provenance: "modelled"},
    largestContext: {
      type: "integer",
      label: "Largest context that fits",
      unit: "tokens",
      provenance: "modelled",
      nullable: true,
    },
    note: {type: "string", label: "Why there is no number", nullable: true},
  },
  needs: [],
  // One of every kind of cache; the others are a moment's work.
  sweep: ["llama-3.1-8b", "qwen2.5-7b", "mistral-7b", "gemma-2-9b", "deepseek-v2-lite"].map((model) => ({
    model,
  })),
  run({model: id, config, context: chosen, memory, weights, batch, ...choice}) {
    const {title, kv, parameters} = config.trim() === "" ? published(id) : ofConfig(config);
    const weightBytes = (parameters * WEIGHT_BITS[weights]) / 8;
    const room = Math.max(0, (memory * GIGABYTE - weightBytes) / batch);
    const contexts = [...new Set([...CONTEXTS, chosen])].sort((a, b) => a - b);
    return methodsFor(kv, choice).flatMap(({technique, kind, how, method}) =>
      contexts.map((tokens) => ({
        model: title,
        technique,
        kind,
        how,
        context: tokens,
        isChosen: tokens === chosen,
        weightBytes,
        ...sizes(kv, tokens, method, {batch, room: tokens === chosen ? room : null}),
        provenance: "modelled" as const,
      })),
    );
  },
});

interface Room {
  readonly batch: number;
  /** Bytes for one sequence; null where the largest context is not asked for. */
  readonly room: number | null;
}

/** Texts longer than this are not looked for. */
const LONGEST = 2 ** 30;

function sizes(kv: CacheSizes, tokens: number, method: KvMethod, {batch, room}: Room) {
  const none = {bytesPerToken: null, cacheBytes: null, ratio: null, largestContext: null};
  try {
    const bytes = kvCacheBytes(kv, tokens, method);
    return {
      bytesPerToken: bytes / tokens,
      cacheBytes: batch * bytes,
      ratio: kvCacheBytes(kv, tokens) / bytes,
      ...(room === null ? {largestContext: null, note: null} : longest(kv, room, method)),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return {...none, note: error.message.replace(/^cacheBytes: /, "")};
  }
}

/** The longest text that a technique has a formula for, where a window ends it. */
function longest(kv: CacheSizes, room: number, method: KvMethod) {
  const windows = (kv.windows ?? []).filter((window) => window !== null);
  const limit = hasFormula(kv, LONGEST, method) ? LONGEST : smallest(windows);
  const found = largestContext(kv, room, method, limit);
  if (found < LONGEST) return {largestContext: found, note: null};
  return {largestContext: null, note: "any context fits: no layer holds more than its window"};
}

function hasFormula(kv: CacheSizes, tokens: number, method: KvMethod): boolean {
  try {
    kvCacheBytes(kv, tokens, method);
    return true;
  } catch {
    return false;
  }
}

interface Sizes {
  readonly title: string;
  readonly kv: CacheSizes;
  readonly parameters: number;
}

/** @throws RangeError listing the ids if there is no such model. */
function published(id: string): Sizes {
  const model = modelById(id);
  return {title: model.title, kv: kvModelOf(model), parameters: parameterCount(model).total};
}

/** @throws FormatError if the text is no config.json of a known type with a cache. */
function ofConfig(text: string): Sizes {
  const record = modelRecordOfText(text, "config");
  return {title: "your model", kv: cacheSizesOf(record), parameters: recordParameters(record).total};
}

/** A published model's sizes as the calculator takes them. */
export function kvModelOf({groups}: Model): CacheSizes {
  const layers = groups.flatMap((group) => Array.from({length: group.count}, () => group.mixer));
  const [first] = layers;
  const base = {widths: layers.map(widthOf), windows: layers.map(windowOf)};
  if (first?.kind === "gqa") return {...base, headDim: first.headDim};
  if (first?.kind !== "mla") return base;
  const {heads, kvRank, ropeDim, nopeDim, valueDim} = first;
  const explicitWidth = heads * (nopeDim + ropeDim + valueDim);
  return {...base, latent: {latentDim: kvRank, ropeDim, explicitWidth}};
}

type Mixer = LayerGroup["mixer"];
const widthOf = (mixer: Mixer) => (mixer.kind === "gqa" ? mixer.kvHeads * mixer.headDim : 0);
const windowOf = (mixer: Mixer) => (mixer.kind === "gqa" ? (mixer.window ?? null) : null);
