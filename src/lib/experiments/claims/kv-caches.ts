import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {type CapturedKv, captureKv, replacedKv} from "../../engine/cache/kv-replacement.js";
import type {CacheSession} from "../../engine/cache/session.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {corpusCalibration, type EvalText} from "../../evaluate/eval-texts.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {experiment} from "../../experiment/experiment.js";
import {fp16} from "../../formats/float/float.js";
import {expandChannels, featureMap, featuresOf} from "../../kv/cskv/cskv.js";
import {attentionInputs, type CskvFactors, calibrateCskv} from "../../kv/cskv/cskv-calibration.js";
import {kiviDequantize, kiviQuantize} from "../../kv/kivi/kivi.js";
import {blockFloat, keyStoreOrder} from "../../kv/ksort-bfp/ksort-bfp.js";
import {magnitudePrune} from "../../kv/magnitude-prune.js";
import {mean} from "../../stats/moments.js";
import {permuteChannels} from "../../tensor/permute.js";
import type {Tensor} from "../../tensor/tensor.js";
import {cacheSetting} from "../kv/cache-setting.js";
import {CACHES} from "../kv/caches.js";
import {keptModel, promptLength} from "../kv/kept-model.js";
import {largestRank, type Sharing, sharings} from "../kv/sharings.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";
import {DECODER_IDS, DECODER_NEEDS, type DecoderId, decoderWeights} from "../shared/decoders.js";
import {claimColumns} from "./claim.js";
import {cacheClaims} from "./kv-cache-claims.js";
import {type Found, FULL, FULL_AFTER_PROMPT, type Scores} from "./kv-cache-evidence.js";

/** The share of a width that every layer's keys keep: about eight times smaller in a text without end. */
const KEPT_KEYS = 0.09375;
/** The share of the features that CSKV keeps. */
const DENSITY = 0.2;
const CALIBRATION_TEXTS = 8;

/** Logits of a text, or of what follows its prompt: as many rows as count. */
type Reading = (ids: readonly number[]) => Tensor;

/** Claims of papers on smaller caches, judged on decoders that find facts in their context. */
export const kvCacheClaims = experiment({
  id: "claims/kv-caches",
  title: "Claims about smaller caches",
  question: "Do shared, merged, quantized, shrunk and pruned caches keep what their papers say they keep?",
  source: "the papers named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents of the small decoders for each of three seeds",
      help: "Of 128 tokens; the large one reads a quarter as many, twice as long. More narrow the intervals.",
      min: 4,
      max: 64,
      default: 8,
    },
  },
  columns: claimColumns,
  needs: DECODER_NEEDS,
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const found: Found[] = [];
    for (const [n, model] of DECODER_IDS.entries()) {
      const decoder = await openedDecoder(model, data);
      const count = model === "decoder-large" ? Math.round(documents / 4) : documents;
      const texts = testTexts(decoder.config, {documents: count});
      const readings = readingsOf(model, decoder, decoderWeights(model, data));
      const scores: Record<string, Scores> = {};
      for (const [m, [name, read]] of Object.entries(readings).entries()) {
        await progress((n + m / Object.keys(readings).length) / DECODER_IDS.length, `${name}, ${model}`);
        scores[name] = scoresOf(read, texts);
      }
      found.push({model, scores});
    }
    return cacheClaims.flatMap(({id, statement, paper, place, reported, ours, judge, why}) => {
      const shared = {claim: id, statement, paper, place, verdict: judge(found), why};
      return [...reported, ...ours(found)].map((evidence) => ({...shared, ...evidence}));
    });
  },
});

/** The plain model first; outlier channels decide what quantizes, depth what can be shared. */
function readingsOf(model: DecoderId, decoder: Decoder, weights: DecoderWeights): Record<string, Reading> {
  const plain = {
    [FULL]: (ids: readonly number[]) => forward(decoder, ids),
    ...cachedReadings(decoder, weights),
  };
  if (model === "decoder-large") return {...plain, ...sharedReadings(decoder)};
  const quantized = quantizedReadings(decoder, weights);
  if (model === "decoder-small-outliers") return {...plain, ...quantized};
  return {...plain, ...sharedReadings(decoder), ...quantized, ...smallerReadings(decoder, weights)};
}

function sharedReadings(decoder: Decoder): Record<string, Reading> {
  const all = sharings(decoder.config, {
    techniques: ["xKV", "MiniCache", "MiniCache, released"],
    groupSizes: [1, 2, 4],
    keptKeys: [KEPT_KEYS],
  });
  const kept = keptModel(decoder, fp16, {
    mode: "whole",
    largestRank: (groupSize) => largestRank(all, groupSize),
  });
  return Object.fromEntries(all.map((sharing) => [nameOf(sharing), kept(sharing).logits]));
}

/** The name of a claim's reading: without the ranks, which depend on the model. */
function nameOf(sharing: Sharing): string {
  if (sharing.technique === "xKV") return `xKV-${sharing.groupSize}`;
  if (!("first" in sharing)) return "single-layer SVD";
  return `${sharing.technique}, ${sharing.first === 0 ? "all layers" : "deep half"}`;
}

/** Reads keys and values that a technique made of the whole text. */
function replacing(decoder: Decoder, change: (kv: CapturedKv) => Partial<CapturedKv>): Reading {
  return (ids) => forward(decoder, ids, {hooks: replacedKv(change(captureKv(decoder, ids)))});
}

/** Reads half a text as a prompt, then the rest at once from what the cache made of it. */
function afterPrompt(decoder: Decoder, start: () => Pick<CacheSession, "cache" | "hooks">): Reading {
  return (ids) => {
    const session = start();
    const prompt = promptLength(ids.length);
    forward(decoder, ids.slice(0, prompt), session);
    session.cache.endPrompt?.();
    return forward(decoder, ids.slice(prompt), session);
  };
}

/** Readings through caches that claims name. */
function cachedReadings(decoder: Decoder, weights: DecoderWeights): Record<string, Reading> {
  const setting = cacheSetting(weights, decoder);
  const named = cacheClaims.flatMap(({caches = {}}) => Object.entries(caches));
  const readings = named.flatMap(([name, id]) => {
    const start = CACHES.byId(id).open(setting);
    return start === null ? [] : [[name, afterPrompt(decoder, start)] as const];
  });
  return {
    [FULL_AFTER_PROMPT]: afterPrompt(decoder, () => ({cache: plainKvCache(decoder.config)})),
    ...Object.fromEntries(readings),
  };
}

function quantizedReadings(decoder: Decoder, weights: DecoderWeights): Record<string, Reading> {
  const {kvHeads, headDim} = decoder.config;
  const width = kvHeads * headDim;
  const codes = (x: Float32Array, axis: "tokens" | "channels") =>
    kiviDequantize(kiviQuantize(x, width, axis, {bits: 2, groupSize: 32}));
  const kivi = (axis: "tokens" | "channels") =>
    replacing(decoder, ({rotatedKeys, values}) => ({
      rotatedKeys: rotatedKeys.map((x) => codes(x, axis)),
      values: values.map((x) => codes(x, "channels")),
    }));
  const block = {blockSize: 8, bits: 4};
  const orders = Array.from({length: decoder.config.layers}, (_, layer) => {
    const {data} = weights.tensors.get(`model.layers.${layer}.self_attn.k_proj.weight`)!;
    return keyStoreOrder(data, kvHeads, headDim);
  });
  const sorted = (x: Float32Array, order: Int32Array) => {
    const back = new Int32Array(order.length);
    for (const [to, from] of order.entries()) back[from] = to;
    return permuteChannels(blockFloat(permuteChannels(x, order), width, block), back);
  };
  return {
    "KIVI in 2 bits, no token whole": kivi("tokens"),
    "keys per token in 2 bits": kivi("channels"),
    "BFP keys": replacing(decoder, ({rotatedKeys}) => ({
      rotatedKeys: rotatedKeys.map((x) => blockFloat(x, width, block)),
    })),
    "BFP keys, sorted": replacing(decoder, ({rotatedKeys}) => ({
      rotatedKeys: rotatedKeys.map((x, layer) => sorted(x, orders[layer])),
    })),
  };
}

function smallerReadings(decoder: Decoder, weights: DecoderWeights): Record<string, Reading> {
  const width = decoder.config.kvHeads * decoder.config.headDim;
  const rank = Math.round(DENSITY * width);
  const inputs = attentionInputs(decoder, corpusCalibration(CALIBRATION_TEXTS));
  const factors = calibrateCskv(weights, inputs, {rankK: rank, rankV: rank});
  const shrunk = (layers: readonly Float32Array[], side: keyof CskvFactors) =>
    layers.map((x, layer) => {
      const factor = factors[side][layer];
      return expandChannels(featuresOf(x, featureMap(factor), width), factor);
    });
  const pruned = (percent: number) =>
    replacing(decoder, ({rotatedKeys, values}) => ({
      rotatedKeys: rotatedKeys.map((x) => magnitudePrune(x, percent)),
      values: values.map((x) => magnitudePrune(x, percent)),
    }));
  return {
    CSKV: replacing(decoder, ({keys, values}) => ({
      keys: shrunk(keys, "keys"),
      values: shrunk(values, "values"),
    })),
    "30 % pruned": pruned(30),
    "50 % pruned": pruned(50),
  };
}

function scoresOf(read: Reading, texts: readonly EvalText[]): Scores {
  const right: boolean[] = [];
  const nll = Float64Array.from(texts, ({tokens, answers}) => {
    const logits = read(tokens.slice(0, -1));
    const from = tokens.length - logits.shape[0];
    const {logProbs, topTokens} = scoreTokens(logits, tokens.slice(from));
    const counted = answers.filter((at) => at >= from);
    right.push(...counted.map((at) => topTokens[at - from] === tokens[at]));
    return -mean(logProbs);
  });
  return {nll, right};
}
