import {cacheNames} from "../../kv/cache-names.js";
/** A text whose keys and values a technique keeps. */

import type {CacheSession} from "../../../engine/cache/session.js";
import {forward} from "../../../engine/decoder/decoder.js";
import {decoderOf} from "../../../engine/decoder/decoder-weights.js";
import type {LoadOptions} from "../../../engine/decoder/load-decoder.js";
import {openModel, type Reading} from "../../../engine/language-model.js";
import {openDecoderWeights} from "../../../engine/open-decoder.js";
import type {ModelFolder} from "../../../io/model-folder.js";
import {CACHES} from "../../kv/caches.js";

/** A cache that keeps everything in float32. */
const PLAIN = "plain";

/** Parameters of the cache of a text. */
export const cacheParams = {
  cache: {
    kind: "choice",
    label: "Cache",
    help: "The technique that keeps keys and values, of a decoder; plain keeps them in float32.",
    options: [PLAIN, ...CACHES.ids],
    names: {...cacheNames(), plain: "as it is"},
    default: PLAIN,
  },
} as const;

/** A model about to read one text. */
export interface TextReader {
  readonly vocabSize: number;
  readonly unused: readonly string[];
  /** The first call reads the prompt. */
  readonly read: Reading;
  /** Null where the model keeps a state, or everything in float32. */
  readonly session: CacheSession | null;
}

/**
 * Opens a model for one text under a cache.
 * @throws RangeError for a cache that needs what the folder lacks; FormatError as {@link openModel}, and for a model that
 * is no decoder.
 */
export async function openCached(folder: ModelFolder, id: string, options: LoadOptions): Promise<TextReader> {
  if (id === PLAIN) {
    const {vocabSize, unused, ...model} = await openModel(folder, options);
    return {vocabSize, unused, read: model.read(), session: null};
  }
  const weights = await openDecoderWeights(folder, options);
  const decoder = await decoderOf(weights, options);
  const start = CACHES.byId(id).open({
    weights,
    decoder,
    calibrationTexts: () => refuse(id, "calibration texts"),
  });
  const session = start?.() ?? refuse(id, "a predictor");
  let isPrompt = true;
  return {
    vocabSize: decoder.config.vocabSize,
    unused: decoder.unused,
    session,
    read(ids) {
      const {cache, hooks} = session;
      const logits = forward(decoder, ids, {cache, ...(hooks && {hooks})});
      if (isPrompt) cache.endPrompt?.();
      isPrompt = false;
      return logits;
    },
  };
}

function refuse(id: string, lacking: string): never {
  throw new RangeError(`generate: cache must need nothing but the model, got ${id}, which needs ${lacking}`);
}
