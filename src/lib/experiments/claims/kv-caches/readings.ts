/** Readings that claims on caches are judged by: a decoder that reads what a technique made of its keys and values. */

import {plainKvCache} from "../../../engine/cache/kv-cache.js";
import {type CapturedKv, captureKv, replacedKv} from "../../../engine/cache/kv-replacement.js";
import {decoderSizes} from "../../../engine/cache/sizes.js";
import {forward} from "../../../engine/decoder/decoder.js";
import type {DecoderWeights} from "../../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../../engine/decoder/load-decoder.js";
import {cachedModel} from "../../../evaluate/cached-model.js";
import {corpusCalibration} from "../../../evaluate/eval-texts.js";
import {fp3} from "../../../formats/element.js";
import {fp16} from "../../../formats/float/float.js";
import type {Format} from "../../../formats/format.js";
import {int} from "../../../formats/int.js";
import {razerV1} from "../../../formats/razer/razer-v1.js";
import {expandChannels, featureMap, featuresOf} from "../../../kv/cskv/cskv.js";
import {attentionInputs, type CskvFactors, calibrateCskv} from "../../../kv/cskv/cskv-calibration.js";
import {kiviDequantize, kiviQuantize} from "../../../kv/kivi/kivi.js";
import {blockFloat, keyStoreOrder} from "../../../kv/ksort-bfp/ksort-bfp.js";
import {magnitudePrune} from "../../../kv/sparse-kv/magnitude-prune.js";
import {permuteChannels} from "../../../tensor/permute.js";
import type {Tensor} from "../../../tensor/tensor.js";
import {cacheSetting} from "../../kv/cache-setting.js";
import {CACHES} from "../../kv/caches.js";
import {type KeptModel, keptModel, promptLength} from "../../kv/kept-model.js";
import {
  largestRank,
  type MiniCacheSharing,
  type Sharing,
  sharings,
  type XkvSharing,
} from "../../kv/sharings.js";
import {DECODER_IDS, type DecoderId, SMALL_DECODERS} from "../../shared/decoders.js";
import {equalRanks} from "./equal-bytes.js";
import {FULL, FULL_AFTER_PROMPT} from "./evidence.js";

/** Logits of a text, or of what follows its prompt: as many rows as count. */
export interface Reading {
  logits(ids: readonly number[]): Tensor;
  /** Bytes of the whole cache in 16 bits over those kept of the texts so far, where they are counted. */
  timesSmaller?(): number;
}

/** A decoder to be read. */
export interface ReadingSetting {
  readonly decoder: Decoder;
  readonly weights: DecoderWeights;
}

/** A way to read, and the decoders that have what it is about. */
interface ReadingRecord {
  readonly models: readonly DecoderId[];
  make(setting: ReadingSetting): Reading;
}

/** Depth decides what layers can share, outlier channels what quantizes. */
const DEEP = ["decoder-small", "decoder-large"] as const;
const SMALL = ["decoder-small"] as const;

/** How much smaller the caches are at which groups of layers are compared, about. */
const SHARED_TIMES = 8;
const GROUPS = [1, 2, 4] as const;
/** The share of the features that CSKV keeps. */
const DENSITY = 0.2;
const CALIBRATION_TEXTS = 8;
/** Values of a block that share an exponent. */
const BLOCK = 8;

/** All readings by name, but for the caches that claims name. */
export const READINGS: Readonly<Record<string, ReadingRecord>> = {
  [FULL]: {models: DECODER_IDS, make: ({decoder}) => ({logits: (ids) => forward(decoder, ids)})},
  [FULL_AFTER_PROMPT]: {models: DECODER_IDS, make: wholeAfterPrompt},
  ...Object.fromEntries(
    [
      "xKV-4",
      "xKV-2",
      "single-layer SVD",
      "MiniCache, deep half",
      "MiniCache, all layers",
      "MiniCache, released, deep half",
      "MiniCache, released, all layers",
    ].map((name) => [name, {models: DEEP, make: sharedReading(name)}]),
  ),
  "KIVI in 2 bits, no token whole": {models: SMALL_DECODERS, make: kivi("tokens")},
  "keys per token in 2 bits": {models: SMALL_DECODERS, make: kivi("channels")},
  "BFP keys, 7 bits": {models: SMALL_DECODERS, make: blockKeys(7, false)},
  "BFP keys, 7 bits, sorted": {models: SMALL_DECODERS, make: blockKeys(7, true)},
  "BFP keys, 4 bits": {models: SMALL_DECODERS, make: blockKeys(4, false)},
  "BFP keys, 4 bits, sorted": {models: SMALL_DECODERS, make: blockKeys(4, true)},
  "RaZeR v1, 4 bits": {models: SMALL_DECODERS, make: inFormat(razerV1({blockSize: 32}))},
  "integers, 4 bits": {models: SMALL_DECODERS, make: inFormat(integers(4))},
  "RaZeR v1, 3 bits": {models: SMALL_DECODERS, make: inFormat(razerV1({base: fp3, blockSize: 32}))},
  "integers, 3 bits": {models: SMALL_DECODERS, make: inFormat(integers(3))},
  CSKV: {models: SMALL, make: shrunk},
  "30 % pruned": {models: SMALL, make: pruned(30)},
  "50 % pruned": {models: SMALL, make: pruned(50)},
};

/** A reading through a cache of the registry, or null where it does not fit the decoder. */
export function cacheReading(id: string, {decoder, weights}: ReadingSetting): Reading | null {
  const start = CACHES.byId(id).open(cacheSetting(weights, decoder));
  if (start === null) return null;
  return {
    logits(ids) {
      const prompt = promptLength(ids.length);
      const {shape, data} = cachedModel(decoder, start, prompt).logits(ids);
      return {shape: [ids.length - prompt, shape[1]], data: data.slice(prompt * shape[1])};
    },
  };
}

function wholeAfterPrompt({decoder}: ReadingSetting): Reading {
  return {
    logits(ids) {
      const cache = plainKvCache(decoder.config);
      const prompt = promptLength(ids.length);
      forward(decoder, ids.slice(0, prompt), {cache});
      return forward(decoder, ids.slice(prompt), {cache});
    },
  };
}

function sharedReading(name: string) {
  return (setting: ReadingSetting): Reading => {
    const {logits, bytesPerToken} = shared(setting)(name);
    const {config} = setting.decoder;
    const plain = 2 * 2 * config.layers * widthOf(setting.decoder);
    return {logits, timesSmaller: () => plain / bytesPerToken()};
  };
}

type SharedReadings = (name: string) => KeptModel;

/** Texts are captured and decomposed once for all readings of a decoder. */
const SHARED = new WeakMap<Decoder, SharedReadings>();

function shared({decoder}: ReadingSetting): SharedReadings {
  const known = SHARED.get(decoder);
  if (known !== undefined) return known;
  const all = comparedSharings(decoder);
  const sharingsOnly = all.map(([, sharing]) => sharing);
  const kept = keptModel(decoder, fp16, {
    mode: "whole",
    largestRank: (groupSize) => largestRank(sharingsOnly, groupSize),
  });
  const models = new Map(all.map(([name, sharing]) => [name, kept(sharing)]));
  const made: SharedReadings = (name) => models.get(name) as KeptModel;
  SHARED.set(decoder, made);
  return made;
}

function comparedSharings({config}: Decoder): (readonly [name: string, sharing: Sharing])[] {
  const ranks = equalRanks(decoderSizes(config), config.maxPositions, {
    groupSizes: GROUPS,
    times: SHARED_TIMES,
  });
  const xkv = ranks.map((rank): readonly [string, XkvSharing] => {
    const name = rank.groupSize === 1 ? "single-layer SVD" : `xKV-${rank.groupSize}`;
    const technique = rank.groupSize === 1 ? "single-layer SVD" : "xKV";
    return [name, {technique, name, ...rank, limitRatio: SHARED_TIMES}];
  });
  const merged = sharings(config, {
    techniques: ["MiniCache", "MiniCache, released"],
    groupSizes: [],
    keptKeys: [],
  }) as MiniCacheSharing[];
  return [...xkv, ...merged.map((sharing) => [mergedName(sharing), sharing] as const)];
}

const mergedName = ({technique, first}: MiniCacheSharing): string =>
  `${technique}, ${first === 0 ? "all layers" : "deep half"}`;

/** Reads keys and values that a technique made of the whole text. */
function replacing(decoder: Decoder, change: (kv: CapturedKv) => Partial<CapturedKv>): Reading {
  return {logits: (ids) => forward(decoder, ids, {hooks: replacedKv(change(captureKv(decoder, ids)))})};
}

const widthOf = ({config}: Decoder): number => config.kvHeads * config.headDim;

function kivi(axis: "tokens" | "channels") {
  return ({decoder}: ReadingSetting): Reading => {
    const codes = (x: Float32Array, along: "tokens" | "channels") =>
      kiviDequantize(kiviQuantize(x, widthOf(decoder), along, {bits: 2, groupSize: 32}));
    return replacing(decoder, ({rotatedKeys, values}) => ({
      rotatedKeys: rotatedKeys.map((x) => codes(x, axis)),
      values: values.map((x) => codes(x, "channels")),
    }));
  };
}

function blockKeys(bits: number, isSorted: boolean) {
  return ({decoder, weights}: ReadingSetting): Reading => {
    const {kvHeads, headDim} = decoder.config;
    const rounded = (x: Float32Array) => blockFloat(x, widthOf(decoder), {blockSize: BLOCK, bits});
    const orderOf = (layer: number) => {
      const name = `model.layers.${layer}.self_attn.k_proj.weight`;
      return keyStoreOrder(weights.tensors.get(name)!.data, kvHeads, headDim);
    };
    return replacing(decoder, ({rotatedKeys}) => ({
      rotatedKeys: rotatedKeys.map((x, layer) => {
        if (!isSorted) return rounded(x);
        const order = orderOf(layer);
        return permuteChannels(rounded(permuteChannels(x, order)), inverse(order));
      }),
    }));
  };
}

function inverse(order: Int32Array): Int32Array {
  const back = new Int32Array(order.length);
  for (const [to, from] of order.entries()) back[from] = to;
  return back;
}

/** An asymmetric integer for each row of a small decoder's keys. */
function integers(bits: 3 | 4): Format {
  return int({bits, scheme: "asym", granularity: "group", groupSize: 32});
}

function inFormat(format: Format) {
  return ({decoder}: ReadingSetting): Reading => {
    const width = widthOf(decoder);
    const rounded = (data: Float32Array) =>
      format.decode(format.encode({shape: [data.length / width, width], data})).data;
    return replacing(decoder, ({rotatedKeys, values}) => ({
      rotatedKeys: rotatedKeys.map(rounded),
      values: values.map(rounded),
    }));
  };
}

function shrunk({decoder, weights}: ReadingSetting): Reading {
  const width = widthOf(decoder);
  const rank = Math.round(DENSITY * width);
  const inputs = attentionInputs(decoder, corpusCalibration(CALIBRATION_TEXTS));
  const factors = calibrateCskv(weights, inputs, {rankK: rank, rankV: rank});
  const through = (layers: readonly Float32Array[], side: keyof CskvFactors) =>
    layers.map((x, layer) => {
      const factor = factors[side][layer];
      return expandChannels(featuresOf(x, featureMap(factor), width), factor);
    });
  return replacing(decoder, ({keys, values}) => ({
    keys: through(keys, "keys"),
    values: through(values, "values"),
  }));
}

function pruned(percent: number) {
  return ({decoder}: ReadingSetting): Reading =>
    replacing(decoder, ({rotatedKeys, values}) => ({
      rotatedKeys: rotatedKeys.map((x) => magnitudePrune(x, percent)),
      values: values.map((x) => magnitudePrune(x, percent)),
    }));
}
