import {requireInteger, requireShare} from "../../tensor/require.js";
import {digitTokens, type NumberTokenizer, requireNumber, symbolOf, tokensOf} from "./tokenizer.js";

/**
 * The digits of a share after its point: 0.725 is `<7><2><5>`. It truncates, and 1 becomes the largest share below it.
 * (RegressLM, `NormalizedTokenizer`)
 */
export function normalized(base = 10, length = 3): NumberTokenizer {
  const digits = digitTokens("normalized", base);
  requireInteger("normalized", "length", length, 1, 15);
  const steps = base ** length;
  return {
    length,
    tokens: digits,
    encode(target) {
      requireNumber("normalized", target);
      requireShare("normalized", "target", target);
      const step = Math.min(Math.trunc(target * steps), steps - 1);
      return tokensOf(step.toString(base).padStart(length, "0"));
    },
    decode: (tokens) =>
      Math.fround(tokens.reduce((sum, token, i) => sum + Number(symbolOf(token)) * base ** -(i + 1), 0)),
    legal: () => digits,
  };
}
