import type {AttentionCall} from "../engine/attention.js";
import type {KvCache} from "../engine/cache/kv-cache.js";
import {forward} from "../engine/decoder/decoder.js";
import type {Decoder} from "../engine/decoder/load-decoder.js";
import type {Hooks, Site} from "../engine/hooks.js";

/** Sites of the tensors that caches keep and predictors read. */
const SITES: readonly Site[] = ["attention.input", "mlp.input", "k", "k.rotated", "v"];

/** Record of a first pass over a text, for caches and hooks. */
export interface RecordedPrefill {
  readonly tokens: number;
  /** [tokens, vocab] */
  readonly logits: Float32Array;
  /** Inputs of attention and MLP, keys before and after rotary, and values, in the order in which the pass meets them. */
  readonly tensors: readonly {readonly site: Site; readonly layer: number; readonly data: Float32Array}[];
  /** The attention call of each layer. */
  readonly calls: readonly AttentionCall[];
}

/** Reads a text from its start and keeps what {@link replayPrefill} needs. @throws RangeError as {@link forward}. */
export function recordPrefill(model: Decoder, ids: readonly number[]): RecordedPrefill {
  const tensors: {site: Site; layer: number; data: Float32Array}[] = [];
  const calls: AttentionCall[] = [];
  const {data} = forward(model, ids, {
    hooks: {
      tensor(site, layer, x) {
        if (SITES.includes(site)) tensors.push({site, layer, data: x});
        return undefined;
      },
      attention(call, plain) {
        calls.push(call);
        return plain(call);
      },
    },
  });
  return {tokens: ids.length, logits: data, tensors, calls};
}

/**
 * Fills an empty cache as the recorded pass would, without computing it again: the cache is given the same keys and values
 * and is read once a layer, and hooks see the recorded tensors and attention. It stands for the pass wherever that attends
 * to keys and values as they came; hooks that change the pass are not followed.
 */
export function replayPrefill(
  model: Decoder,
  {tokens, tensors, calls}: RecordedPrefill,
  cache: KvCache,
  hooks?: Hooks,
): void {
  const keySite: Site = cache.unrotatedKeys ? "k" : "k.rotated";
  // The result is known: only probabilities are computed, where somebody looks.
  const observed = (call: AttentionCall) =>
    call.observe ? model.backend.attention(call) : new Float32Array(0);
  const kept = new Map<string, Float32Array>();
  for (const {site, layer, data} of tensors) {
    hooks?.tensor?.(site, layer, data, tokens);
    kept.set(`${site} ${layer}`, data);
    if (site !== "k.rotated") continue;
    const call = calls[layer];
    cache.append(layer, kept.get(`${keySite} ${layer}`)!, kept.get(`v ${layer}`)!, call.keyPositions);
    cache.read(layer);
    hooks?.attention?.(call, observed);
  }
  cache.length += tokens;
}
