/** Random files, texts and patterns read by both: ours and the Rust library. */
import {FormatError} from "../../../src/lib/io/format-error.js";
import {
  compareDecoding,
  compareEncoding,
  type Difference,
  type NativeModule,
  ourTokenizer,
} from "./compare.js";
import {randomPattern} from "./random-pattern.js";
import {randomIntegers, randomText, randomTokenizer} from "./random-tokenizer.js";

type Random = (n: number) => number;

/** Differences of one file, and how many texts and lists of ids were compared. */
export interface Compared {
  readonly differences: readonly (Difference & {readonly file: string})[];
  readonly count: number;
}

const NONE: Compared = {differences: [], count: 0};

/** Ids of a random list; not of added tokens that the byte alphabet would spell otherwise: we mean them as text. */
function randomIds(random: Random, json: Record<string, unknown>, size: number): number[] {
  const added = json.added_tokens as {content: string; id: number}[];
  const other = new Set(added.filter(({content}) => content === "é").map(({id}) => id));
  return Array.from({length: random(8)}, () => random(size + 3)).filter((id) => !other.has(id));
}

/** Compares a random tokenizer on some texts and lists of ids. */
export async function compareRandomFile(
  native: NativeModule,
  seed: number,
  texts: number,
): Promise<Compared> {
  const random = randomIntegers(seed);
  const json = randomTokenizer(random);
  const file = JSON.stringify(json);
  const [ours, theirs] = [ourTokenizer(file), native.Tokenizer.fromString(file)];
  const differences: Difference[] = [];
  for (let i = 0; i < texts; i++) {
    const found = [
      await compareEncoding(ours, theirs, randomText(random)),
      await compareDecoding(ours, theirs, randomIds(random, json, ours.size), i % 2 === 1),
    ];
    differences.push(...found.filter((each) => each !== undefined));
  }
  return {differences: differences.map((each) => ({...each, file})), count: 2 * texts};
}

const VOCAB = Object.fromEntries([..."ab1 'éß²ⅧſK👩\n\u0301_"].map((word, id) => [word, id + 1]));

/**
 * Compares a random pattern on some texts. One that either side refuses by name is compared on none.
 * @throws any other error of ours
 */
export async function compareRandomPattern(
  native: NativeModule,
  seed: number,
  texts: number,
): Promise<Compared> {
  const random = randomIntegers(seed);
  const split = {
    ...{type: "Split", pattern: {Regex: randomPattern(random)}},
    ...{behavior: "Removed", invert: random(2) === 1},
  };
  const limits = {max_input_chars_per_word: 99, continuing_subword_prefix: ""};
  const model = {type: "WordPiece", unk_token: "?", vocab: {"?": 0, ...VOCAB}, ...limits};
  const rest = {normalizer: null, post_processor: null, decoder: null, added_tokens: []};
  const parts = {version: "1.0", truncation: null, padding: null, pre_tokenizer: split, ...rest};
  const file = JSON.stringify({...parts, model});
  try {
    const [ours, theirs] = [ourTokenizer(file), native.Tokenizer.fromString(file)];
    const differences: Difference[] = [];
    for (let i = 0; i < texts; i++) {
      const found = await compareEncoding(ours, theirs, randomText(random));
      if (found !== undefined) differences.push(found);
    }
    return {differences: differences.map((each) => ({...each, file})), count: texts};
  } catch (error) {
    const isOurs = error instanceof FormatError && error.kind === "unsupported";
    if (isOurs || /Oniguruma/.test(String(error))) return NONE;
    throw error;
  }
}
