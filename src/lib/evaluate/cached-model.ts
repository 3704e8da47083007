import type {CacheSession} from "../engine/cache/session.js";
import {concat} from "../engine/cache/stored-cache.js";
import {forward} from "../engine/decoder/decoder.js";
import type {Decoder} from "../engine/decoder/load-decoder.js";
import {mean} from "../stats/moments.js";
import {sortedQuantile} from "../stats/quantile.js";
import {requireInteger} from "../tensor/require.js";
import type {Tensor} from "../tensor/tensor.js";
import {type RecordedPrefill, recordPrefill, replayPrefill} from "./recorded-prefill.js";

/** Cost of a text at its end, in bytes for each of its tokens: the mean over the texts so far. */
export interface CacheCost {
  /** Of all that is held. */
  readonly keptPerToken: number;
  /** Of what the last token read. */
  readonly readPerToken: number;
}

/** A decoder that reads through a cache. */
export interface CachedModel {
  /** Logits [T, vocab] of a text from its start; the rows of the prefill are as exact as the cache's own rule. */
  logits(ids: readonly number[]): Tensor;
  /** @throws RangeError if no text has been read. */
  cost(): CacheCost;
  /** Milliseconds of a decoded token: the median over the texts so far. @throws RangeError if none has been read. */
  time(): number;
}

/**
 * Reads texts the way a cache is used: the first `prefill` tokens in one pass, each later one in a pass of its own that
 * finds what the cache gives back. Every text has a cache of its own.
 * @param recorded gives the first pass over a text; a study of many caches may remember it
 * @param clock milliseconds, for the time of a token
 * @throws RangeError unless prefill is an integer of at least 1; from `logits`, if no token is left to decode.
 */
export function cachedModel(
  model: Decoder,
  start: () => CacheSession,
  prefill: number,
  recorded = (ids: readonly number[]): RecordedPrefill => recordPrefill(model, ids),
  clock = (): number => 0,
): CachedModel {
  requireInteger("cachedModel", "prefill", prefill, 1);
  const kept: number[] = [];
  const read: number[] = [];
  const times: number[] = [];
  return {
    logits(ids) {
      if (ids.length <= prefill) {
        throw new RangeError(
          `cachedModel: a text must have more than the ${prefill} tokens of the prefill, got ${ids.length}`,
        );
      }
      const session = start();
      const {cache, hooks} = session;
      const first = recorded(ids.slice(0, prefill));
      replayPrefill(model, first, cache, hooks);
      cache.endPrompt?.();
      const rows = [first.logits];
      const began = clock();
      for (let t = prefill; t < ids.length; t++) {
        rows.push(forward(model, [ids[t]], {cache, ...(hooks && {hooks})}).data);
      }
      times.push((clock() - began) / (ids.length - prefill));
      kept.push(session.bytes() / ids.length);
      read.push(session.bytesRead() / ids.length);
      return {shape: [ids.length, model.config.vocabSize], data: concat(rows)};
    },
    cost: () => ({keptPerToken: meanOfTexts(kept), readPerToken: meanOfTexts(read)}),
    time() {
      requireTexts(times);
      return sortedQuantile(Float64Array.from(times).sort(), 0.5);
    },
  };
}

function requireTexts(values: readonly number[]): void {
  if (values.length === 0) throw new RangeError("cachedModel: a text must have been read, got none");
}

function meanOfTexts(values: readonly number[]): number {
  requireTexts(values);
  return mean(values);
}
