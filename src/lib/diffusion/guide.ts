import {plainKvCache} from "../engine/cache/kv-cache.js";
import {forward} from "../engine/decoder/decoder.js";
import type {Decoder} from "../engine/decoder/load-decoder.js";
import {softmax} from "../tensor/softmax.js";
import {type MaskedWork, rowAt} from "./masked-text.js";

/** A small model that reads from left to right and judges drafts. */
export interface Guide {
  /** Begins a text. */
  open(): GuideText;
}

/** A guide in the middle of a text. */
export interface GuideText {
  /**
   * Distributions [vocab] of the token at the place of each draft, each after the prefix and the drafts before it.
   * @param prefix all tokens before the first draft, at least one
   */
  judge(
    prefix: readonly number[],
    drafts: readonly number[],
  ): {readonly rows: readonly Float64Array[]; readonly work: MaskedWork};
}

/** The guide that a decoder is. Keys and values of what stays of a text are kept from call to call. */
export function decoderGuide(model: Decoder): Guide {
  const {vocabSize} = model.config;
  return {
    open() {
      const cache = plainKvCache(model.config);
      let read: number[] = [];
      return {
        judge(prefix, drafts) {
          const text = [...prefix, ...drafts.slice(0, -1)];
          const known = Math.min(commonLength(read, text), prefix.length - 1);
          cache.truncate(known);
          const fed = text.slice(known);
          const {data} = forward(model, fed, {cache});
          read = text;
          const first = fed.length - drafts.length;
          const rows = drafts.map((_, i) => softmax(rowAt(data, first + i, vocabSize)));
          return {rows, work: causalWork(known, fed.length)};
        },
      };
    },
  };
}

/** One pass over `count` tokens after `before`, each of which sees those before it. */
export const causalWork = (before: number, count: number): MaskedWork => ({
  passes: 1,
  queries: count,
  pairs: causalPairs(before, count),
  keys: before + count,
});

/** Pairs of a query and a key that it sees, of `count` tokens after `before`. */
export const causalPairs = (before: number, count: number): number =>
  count * before + (count * (count + 1)) / 2;

function commonLength(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) if (a[i] !== b[i]) return i;
  return end;
}
