import {describe, expect, test} from "vitest";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {
  compareDecoding,
  compareEncoding,
  type Difference,
  nativeTokenizers,
  ourTokenizer,
} from "./compare.js";
import {randomPattern} from "./random-pattern.js";
import {randomIntegers, randomText, randomTokenizer} from "./random-tokenizer.js";

const native = nativeTokenizers();

/** Ids of a random list; not of added tokens that the byte alphabet would spell otherwise: we mean them as text. */
function randomIds(random: (n: number) => number, json: Record<string, unknown>, size: number): number[] {
  const added = json.added_tokens as {content: string; id: number}[];
  const other = new Set(added.filter(({content}) => content === "é").map(({id}) => id));
  return Array.from({length: random(8)}, () => random(size + 3)).filter((id) => !other.has(id));
}

describe.skipIf(native === undefined)("beside the Rust library", () => {
  test("random files encode and decode alike", async () => {
    const random = randomIntegers(14);
    const differences: (Difference & {readonly file: string})[] = [];
    for (let n = 0; n < 100; n++) {
      const json = randomTokenizer(random);
      const file = JSON.stringify(json);
      const [ours, theirs] = [ourTokenizer(file), native!.Tokenizer.fromString(file)];
      for (let i = 0; i < 8; i++) {
        const found = [
          await compareEncoding(ours, theirs, randomText(random)),
          await compareDecoding(ours, theirs, randomIds(random, json, ours.size), i % 2 === 1),
        ];
        for (const each of found) if (each !== undefined) differences.push({...each, file});
      }
    }
    expect(differences).toEqual([]);
  });

  test("random patterns cut texts alike, or are refused by name", async () => {
    const random = randomIntegers(9);
    const vocab = Object.fromEntries([..."ab1 'éß²ⅧſK👩\n\u0301_"].map((word, id) => [word, id + 1]));
    const differences: (Difference & {readonly pattern: string})[] = [];
    let read = 0;
    for (let n = 0; n < 400; n++) {
      const pattern = randomPattern(random);
      const split = {type: "Split", pattern: {Regex: pattern}, behavior: "Removed", invert: n % 2 === 1};
      const model = {
        type: "WordPiece",
        unk_token: "?",
        max_input_chars_per_word: 99,
        vocab: {"?": 0, ...vocab},
      };
      const rest = {normalizer: null, post_processor: null, decoder: null, added_tokens: []};
      const parts = {version: "1.0", truncation: null, padding: null, pre_tokenizer: split, ...rest};
      const file = JSON.stringify({...parts, model: {...model, continuing_subword_prefix: ""}});
      try {
        const ours = ourTokenizer(file);
        const theirs = native!.Tokenizer.fromString(file);
        read++;
        for (let i = 0; i < 6; i++) {
          const found = await compareEncoding(ours, theirs, randomText(random));
          if (found !== undefined) differences.push({...found, pattern});
        }
      } catch (error) {
        const isNamed = error instanceof FormatError && error.kind === "unsupported";
        expect(isNamed || /Oniguruma/.test(String(error)), `${pattern}: ${error}`).toBe(true);
      }
    }
    expect(differences).toEqual([]);
    expect(read).toBeGreaterThan(200);
  });
});
