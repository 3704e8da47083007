import {requireInteger} from "../../tensor/require.js";
import type {NumberTokenizer, Target} from "./tokenizer.js";
import {PAD} from "./wrappers.js";

/** Token ids of a tokenizer of numbers and what it can say with them. (RegressLM, `DecoderVocab`) */
export interface NumberVocabulary {
  readonly tokenizer: NumberTokenizer;
  /** Tokens by id: the pad, then all others sorted by code point. */
  readonly tokens: readonly string[];
  /** Ids of several targets, one after another. */
  encode(targets: readonly Target[]): Int32Array;
  /** The targets that ids stand for, as many as are whole. */
  decode(ids: ArrayLike<number>): Target[];
  /** Ids that may follow, as 0 and 1 by id; the pad alone once all targets are written. */
  legal(prefix: ArrayLike<number>, targets: number): Uint8Array;
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The vocabulary of a tokenizer of numbers. */
export function numberVocabulary(tokenizer: NumberTokenizer): NumberVocabulary {
  const others = [...new Set(tokenizer.tokens)].filter((token) => token !== PAD).sort(byCodePoint);
  const tokens = [PAD, ...others];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const idOf = (token: string): number => ids.get(token) as number;
  const textOf = (found: ArrayLike<number>): string[] => Array.from(found, (id) => tokens[id]);
  const {length} = tokenizer;
  return {
    tokenizer,
    tokens,
    encode: (targets) =>
      Int32Array.from(
        targets.flatMap((target) => tokenizer.encode(target)),
        idOf,
      ),
    decode(found) {
      const all = textOf(found);
      return Array.from({length: Math.floor(all.length / length)}, (_, i) =>
        tokenizer.decode(all.slice(i * length, (i + 1) * length)),
      );
    },
    legal(prefix, targets) {
      requireInteger("legal", "targets", targets, 1);
      const written = Math.floor(prefix.length / length);
      const open = textOf(prefix).slice(written * length);
      const mask = new Uint8Array(tokens.length);
      for (const token of written < targets ? tokenizer.legal(open) : [PAD]) mask[idOf(token)] = 1;
      return mask;
    },
  };
}
