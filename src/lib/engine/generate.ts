import {requireInteger} from "../tensor/require.js";
import {type KvCache, plainKvCache} from "./cache/kv-cache.js";
import {forward} from "./decoder/decoder.js";
import type {Decoder} from "./decoder/load-decoder.js";
import type {Hooks} from "./hooks.js";
import type {Reading} from "./language-model.js";

/** Options of greedy decoding. */
export interface GreedyOptions {
  readonly cache?: KvCache;
  readonly hooks?: Hooks;
}

/** A prompt's logits, and what greedy decoding made of it. */
export interface GreedyResult {
  /** Row-major [prompt tokens, vocab]. */
  readonly promptLogits: Float32Array;
  readonly tokens: readonly number[];
  /** For each token, the logits after it was fed through the cache, [vocab]. */
  readonly logits: readonly Float32Array[];
}

/**
 * Prefills `ids`, ends the prompt and then takes the likeliest token `steps` times, each fed through the cache.
 * @throws RangeError for a bad id or if `steps` is no integer of at least 0.
 */
export function greedy(
  model: Decoder,
  ids: readonly number[],
  steps: number,
  {cache = plainKvCache(model.config), hooks}: GreedyOptions = {},
): GreedyResult {
  const options = hooks === undefined ? {cache} : {cache, hooks};
  const before = cache.length;
  const read = (part: readonly number[]) => {
    const logits = forward(model, part, options);
    // The first part is the prompt.
    if (cache.length === before + ids.length) cache.endPrompt?.();
    return logits;
  };
  return readOn(read, ids, steps);
}

/**
 * {@link greedy} for a model of any architecture, in a text that may have begun before `ids`.
 * @throws RangeError as {@link greedy}.
 */
export function readOn(read: Reading, ids: readonly number[], steps: number): GreedyResult {
  requireInteger("greedy", "steps", steps, 0);
  const {data: promptLogits, shape} = read(ids);
  const tokens: number[] = [];
  const logits: Float32Array[] = [];
  if (steps === 0) return {promptLogits, tokens, logits};
  for (const added of tokensAfter(read, promptLogits.subarray(promptLogits.length - shape.at(-1)!), argmax)) {
    tokens.push(added.token);
    logits.push(added.logits);
    if (tokens.length === steps) break;
  }
  return {promptLogits, tokens, logits};
}

/** A token that a text goes on with, and the logits after it, [vocab]. */
export interface AddedToken {
  readonly token: number;
  readonly logits: Float32Array;
}

/**
 * Goes on with a text, token after token, for as long as it is asked to.
 * @param row the logits after the text, [vocab]
 * @param choose picks a token by its logits, such as {@link argmax}
 */
export function* tokensAfter(
  read: Reading,
  row: Float32Array,
  choose: (logits: Float32Array) => number,
): Generator<AddedToken, never> {
  for (let logits = row; ; ) {
    const token = choose(logits);
    logits = read([token]).data;
    yield {token, logits};
  }
}

/** Index of the largest value; the first of equals. @throws RangeError if `row` is empty or holds only NaN. */
export function argmax(row: Float32Array | Float64Array): number {
  let best = -1;
  for (let i = 0; i < row.length; i++) if (best < 0 ? !Number.isNaN(row[i]) : row[i] > row[best]) best = i;
  if (best < 0)
    throw new RangeError(`argmax: row must hold a number, got ${row.length} values, none a number`);
  return best;
}
