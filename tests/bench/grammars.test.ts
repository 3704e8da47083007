import {expect, test} from "vitest";
import {PUBLISHED_TOKENIZERS} from "../../bench/peers/published-tokenizers.js";
import {compileGrammar} from "../../src/lib/decoding/grammar/automaton/pushdown.js";
import {parseEbnf} from "../../src/lib/decoding/grammar/language/ebnf.js";
import {hasBit} from "../../src/lib/decoding/grammar/masks/bits.js";
import {tokenMasks} from "../../src/lib/decoding/grammar/masks/token-masks.js";
import {tokenizerVocabulary} from "../../src/lib/decoding/grammar/masks/tokenizer-vocabulary.js";
import {GRAMMAR_CASES, JSON_EBNF} from "../../src/lib/experiments/decoding/grammar-texts.js";
import {ourTokenizer} from "../io/tokenizer/compare.js";

// Bytes written as <0x0A>, and words with marks for spaces: what the byte-level vocabulary of the experiments has not.
const published = PUBLISHED_TOKENIZERS.find(({id}) => id === "llama2");
const file = published?.json();

test.skipIf(file === undefined)(
  "masks over a published vocabulary with byte fallback are those of checking all",
  () => {
    const tokenizer = ourTokenizer(file!);
    const masks = tokenMasks(compileGrammar(parseEbnf(JSON_EBNF)), tokenizerVocabulary(tokenizer));
    const [record] = GRAMMAR_CASES[0].texts(1);
    const text = record.replace('"animal"', '"é😀ł"');
    const ids = tokenizer.encode(text, {special: false});
    const bytes = ids.flatMap((id) => Array.from(tokenizer.bytes(id)!));
    expect(new TextDecoder().decode(Uint8Array.from(bytes)).trimStart()).toBe(text);
    let state = masks.start;
    for (const id of ids) {
      const {bits} = masks.allowed(state);
      expect(hasBit(bits, id)).toBe(true);
      const {bits: byChecking} = masks.allowedByChecking(state);
      expect(bits.every((word, i) => word === byChecking[i])).toBe(true);
      for (const special of tokenizer.specialIds) expect(hasBit(bits, special)).toBe(false);
      state = masks.accept(state, id)!;
    }
    expect(masks.isComplete(state)).toBe(true);
  },
);
