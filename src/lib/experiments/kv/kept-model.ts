import {type CapturedKv, captureKv, filledCache, replacedKv} from "../../engine/cache/kv-replacement.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {PreparedModel} from "../../engine/prepared-model.js";
import type {Format} from "../../formats/format.js";
import {miniCacheCache} from "../../kv/minicache/minicache-cache.js";
import {keepWhole, shareBases, shareLayers} from "../../kv/xkv/share-layers.js";
import type {XkvGroup} from "../../kv/xkv/xkv.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {MiniCacheSharing, Sharing, XkvSharing} from "./sharings.js";

/** Keys before rotary and values of all layers as they are read back, and the bytes that were kept for them. */
interface KeptKv extends Pick<CapturedKv, "keys" | "values"> {
  readonly bytes: number;
}

/** A model that reads what a technique keeps of its texts. It predicts only: nothing is written. */
export interface KeptModel extends Pick<PreparedModel, "logits" | "write"> {
  /** Of the texts so far. */
  bytesPerToken(): number;
}

const onlyPredicts = (): never => {
  throw new RangeError("keptModel: samples must be none, the model only predicts texts");
};

/** The decoder as it is. */
export function plainModel(decoder: Decoder): Pick<PreparedModel, "logits" | "write"> {
  return {logits: (ids) => forward(decoder, ids), write: onlyPredicts};
}

/** Share of a text that is the prompt where only that is compressed. */
export const promptLength = (tokens: number): number => Math.floor(tokens / 2);

/** Options of a reading with a smaller cache. */
export interface KeptModelOptions {
  readonly mode: "whole" | "prompt";
  /** Components of a group to which texts are decomposed, once for all ranks up to it. */
  readonly largestRank: (groupSize: number) => number;
}

/**
 * The decoder with a technique between its layers and its cache: `whole` gives every token what the technique makes of
 * the whole text, itself included; `prompt` compresses the first half after it was read and lets the rest read it, its own
 * keys and values whole. A text's keys and values, and their decompositions, are kept for all techniques.
 */
export function keptModel(
  decoder: Decoder,
  format: Format,
  {mode, largestRank}: KeptModelOptions,
): (sharing: Sharing) => KeptModel {
  const keep = keeper(decoder, format, largestRank);
  const plain = byText((ids) => forward(decoder, ids));
  return (sharing) => {
    const seen = {bytes: 0, tokens: 0};
    const kept = (ids: readonly number[]) => {
      const kv = keep(sharing, ids);
      seen.bytes += kv.bytes;
      seen.tokens += ids.length;
      return kv;
    };
    return {
      logits(ids) {
        if (mode === "whole") return forward(decoder, ids, {hooks: replacedKv(kept(ids))});
        const prompt = promptLength(ids.length);
        const cache = filledCache(decoder.config, kept(ids.slice(0, prompt)));
        return afterPrompt(plain(ids), forward(decoder, ids.slice(prompt), {cache}));
      },
      write: onlyPredicts,
      bytesPerToken: () => seen.bytes / seen.tokens,
    };
  };
}

/** The prompt's own logits and those of the rest. */
function afterPrompt({shape, data}: Tensor, rest: Tensor): Tensor {
  const all = data.slice();
  all.set(rest.data, data.length - rest.data.length);
  return {shape, data: all};
}

function keeper(
  decoder: Decoder,
  format: Format,
  largestRank: KeptModelOptions["largestRank"],
): (sharing: Sharing, ids: readonly number[]) => KeptKv {
  const {kvHeads, headDim} = decoder.config;
  const width = kvHeads * headDim;
  const captured = byText((ids) => captureKv(decoder, ids));
  const basesOf = new Map<number, (ids: readonly number[]) => Record<"keys" | "values", XkvGroup[]>>();
  const shared = ({groupSize, rankK, rankV}: XkvSharing, ids: readonly number[]) => {
    if (!basesOf.has(groupSize)) {
      const bases = (layers: Float32Array[]) =>
        shareBases(layers, width, {groupSize, rank: largestRank(groupSize)});
      basesOf.set(
        groupSize,
        byText((text) => ({keys: bases(captured(text).keys), values: bases(captured(text).values)})),
      );
    }
    const {keys, values} = captured(ids);
    const bases = basesOf.get(groupSize)!(ids);
    return both(
      shareLayers(keys, bases.keys, rankK, format),
      shareLayers(values, bases.values, rankV, format),
    );
  };
  return (sharing, ids) => {
    const {keys, values} = captured(ids);
    switch (sharing.technique) {
      case "uncompressed":
        return both(keepWhole(keys, width, format), keepWhole(values, width, format));
      case "MiniCache":
      case "MiniCache, released":
        return merged(decoder, {keys, values}, sharing, format);
      default:
        return shared(sharing, ids);
    }
  };
}

function both(
  keys: {readonly layers: readonly Float32Array[]; readonly bytes: number},
  values: {readonly layers: readonly Float32Array[]; readonly bytes: number},
): KeptKv {
  return {keys: [...keys.layers], values: [...values.layers], bytes: keys.bytes + values.bytes};
}

/** Contents of MiniCache's cache after a text that came at once. Rotary rotates both layers alike, so it may come after. */
function merged(
  {config}: Decoder,
  {keys, values}: Pick<CapturedKv, "keys" | "values">,
  {first, rule, gamma}: MiniCacheSharing,
  format: Format,
): KeptKv {
  const tokens = keys[0].length / (config.kvHeads * config.headDim);
  const cache = miniCacheCache(config, {first, rule, gamma, window: tokens, format});
  const positions = Int32Array.from({length: tokens}, (_, i) => i);
  keys.forEach((k, layer) => {
    cache.append(layer, k, values[layer], positions);
  });
  cache.endPrompt?.();
  const back = keys.map((_, layer) => cache.read(layer));
  return {
    keys: back.map((kv) => kv.keys),
    values: back.map((kv) => kv.values),
    bytes: cache.bytes(),
  };
}

/** A function of a text, computed once for each. */
function byText<R>(compute: (ids: readonly number[]) => R): (ids: readonly number[]) => R {
  const known = new Map<string, R>();
  return (ids) => {
    const key = ids.join(" ");
    if (!known.has(key)) known.set(key, compute(ids));
    return known.get(key)!;
  };
}
