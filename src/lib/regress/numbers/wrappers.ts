import {type NumberTokenizer, type Target, tokensOf} from "./tokenizer.js";

/** The token that begins and ends what the decoder writes, and parts several numbers. */
export const PAD = "<pad>";

const NAMES: ReadonlyMap<Target, string> = new Map<Target, string>([
  [null, "INVALID"],
  [Number.NaN, "NAN"],
  [Number.POSITIVE_INFINITY, "INF"],
  [Number.NEGATIVE_INFINITY, "NINF"],
]);
const SPECIAL = tokensOf(NAMES.values());
const TARGETS = new Map(Array.from(NAMES, ([target, name]) => [`<${name}>`, target]));

/**
 * A tokenizer for targets that are no finite number too: each such is one token, repeated over the whole length. It may
 * stand first only, and then nothing else may follow. (RegressLM, `AddSpecialValues`)
 */
export function withSpecialValues(base: NumberTokenizer): NumberTokenizer {
  return {
    length: base.length,
    tokens: [...base.tokens, ...SPECIAL],
    encode(target) {
      const name = NAMES.get(target);
      return name === undefined ? base.encode(target) : Array.from({length: base.length}, () => `<${name}>`);
    },
    decode(tokens) {
      const special = TARGETS.get(tokens[0]);
      return special === undefined ? base.decode(tokens) : special;
    },
    legal(prefix) {
      if (prefix.length === 0) return [...base.legal(prefix), ...SPECIAL];
      return TARGETS.has(prefix[0]) ? [prefix[0]] : base.legal(prefix);
    },
  };
}

/** A tokenizer that ends every number with a pad. (RegressLM, `AppendPadTokenizer`) */
export function withPad(base: NumberTokenizer): NumberTokenizer {
  return {
    length: base.length + 1,
    tokens: [...base.tokens, PAD],
    encode: (target) => [...base.encode(target), PAD],
    decode: (tokens) => base.decode(tokens.slice(0, base.length)),
    legal: (prefix) => (prefix.length < base.length ? base.legal(prefix) : [PAD]),
  };
}
