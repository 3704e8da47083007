/** The cache that a published config.json describes. */

import type {ModelRecord} from "../architectures/model-record.js";
import {modelRecord, modelRecordOfText} from "../architectures/read-model.js";
import type {AttentionMixer, LatentMixer, Mixer} from "../architectures/record/mixer.js";
import type {CacheSizes} from "../engine/cache/sizes.js";
import {FormatError} from "../io/format-error.js";
import type {JsonObject} from "../io/json-file.js";

/**
 * Sizes of the cache of a checkpoint by its config.json: grouped, multi-query and latent attention, sliding windows by
 * layer. Layers with a state instead are left out; a model of these alone is refused.
 * @throws FormatError with kind `unsupported`, or one of the reader's.
 */
export function kvModelFromConfig(config: JsonObject | string): CacheSizes {
  const where = "kvModelFromConfig";
  return cacheSizesOf(
    typeof config === "string" ? modelRecordOfText(config, where) : modelRecord(config, where),
  );
}

/** Sizes of the layers of a record that cache. @throws FormatError with kind `unsupported` if there is none. */
export function cacheSizesOf({family, layers}: ModelRecord): CacheSizes {
  const mixers = layers.map(({mixer}) => mixer);
  const latents = mixers.filter((mixer) => mixer.kind === "latent");
  const [latent] = latents;
  if (latent !== undefined)
    return {widths: latents.map(() => 0), windows: latents.map(() => null), latent: latentSizes(latent)};
  const caching = mixers.filter(cachesKeys);
  const [first] = caching;
  if (first === undefined) throw noCache(family);
  return {
    widths: caching.map(({kvHeads, headDim}) => kvHeads * headDim),
    windows: caching.map(({window}) => window),
    headDim: first.headDim,
  };
}

const cachesKeys = (mixer: Mixer): mixer is AttentionMixer =>
  mixer.kind === "attention" && mixer.sharesKvOf === null;

const noCache = (family: string) =>
  new FormatError("kvModelFromConfig", {
    kind: "unsupported",
    offset: null,
    field: "config.json: model_type",
    value: family,
    allowed: "a model with layers that cache keys and values, or latents",
  });

function latentSizes({
  heads,
  kvRank,
  ropeDim,
  nopeDim,
  valueDim,
}: LatentMixer): NonNullable<CacheSizes["latent"]> {
  return {latentDim: kvRank, ropeDim, explicitWidth: heads * (nopeDim + ropeDim + valueDim)};
}
