import type {Json} from "../strict-json.js";
import {toByteCharacters} from "./byte-level.js";
import {asArray, asCharacter, asFlag, growthLimit, type Makers, makeComponent} from "./fields.js";
import {parseMark} from "./metaspace.js";
import {complement, fromClass, RUST_WORD, SPACE, union} from "./pattern/character-set.js";
import {choice, oneOf, repeat} from "./pattern/syntax.js";
import {
  characterPattern,
  parsePattern,
  patternOf,
  regexPattern,
  textPattern,
} from "./pattern/text-pattern.js";
import {parseBehavior, splitBy} from "./split.js";

/** Cuts a piece of text into smaller ones that never merge; `atStart` is true where the text begins with it. */
export type PreTokenizer = (piece: string, atStart: boolean) => string[];

/** GPT-2's own split: contractions, words and numbers with the space before them, punctuation, spaces. */
const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const PUNCTUATION = fromClass("\\p{P}!-/:-@\\[-`{-~");

const PRE_TOKENIZERS: Makers<PreTokenizer> = {
  ByteLevel(options, field) {
    const addSpace = asFlag(options.get("add_prefix_space"), `${field}.add_prefix_space`, true);
    const split = asFlag(options.get("use_regex"), `${field}.use_regex`, true);
    const pattern = regexPattern(GPT2_PATTERN, field);
    return (piece) => {
      const text = addSpace && !piece.startsWith(" ") ? ` ${piece}` : piece;
      return (split ? splitBy(text, pattern, "Isolated") : [text]).map(toByteCharacters);
    };
  },
  Split(options, field) {
    const pattern = parsePattern(options.get("pattern"), `${field}.pattern`);
    const behavior = parseBehavior(options.get("behavior"), `${field}.behavior`);
    const invert = asFlag(options.get("invert"), `${field}.invert`);
    return (piece) => splitBy(piece, pattern, behavior, invert);
  },
  CharDelimiterSplit(options, field) {
    const pattern = textPattern(asCharacter(options.get("delimiter"), `${field}.delimiter`), field);
    return (piece) => splitBy(piece, pattern, "Removed");
  },
  Digits(options, field) {
    const one = asFlag(options.get("individual_digits"), `${field}.individual_digits`);
    const pattern = characterPattern(fromClass("\\p{N}"), {together: false});
    return (piece) => splitBy(piece, pattern, one ? "Isolated" : "Contiguous");
  },
  Punctuation(options, field) {
    const behavior = parseBehavior(options.get("behavior") ?? "Isolated", `${field}.behavior`);
    const pattern = characterPattern(PUNCTUATION, {together: false});
    return (piece) => splitBy(piece, pattern, behavior);
  },
  Metaspace(options, field) {
    const {mark, scheme} = parseMark(options, field);
    const split = asFlag(options.get("split"), `${field}.split`, true);
    const pattern = textPattern(mark, field);
    return (piece, atStart) => {
      const marked = piece.replaceAll(" ", mark);
      const prepend = scheme === "always" || (scheme === "first" && atStart);
      const text = prepend && !marked.startsWith(mark) ? mark + marked : marked;
      return split ? splitBy(text, pattern, "MergedWithNext") : [text];
    };
  },
  WhitespaceSplit: () => {
    const pattern = characterPattern(SPACE, {together: true});
    return (piece) => splitBy(piece, pattern, "Removed");
  },
  Whitespace(_, field) {
    const some = (set: typeof SPACE) => repeat(oneOf(set), 1, Number.POSITIVE_INFINITY);
    const pattern = patternOf(choice([some(RUST_WORD), some(complement(union([RUST_WORD, SPACE])))]), field);
    return (piece) => splitBy(piece, pattern, "Removed", true);
  },
  BertPreTokenizer: () => {
    const space = characterPattern(SPACE, {together: true});
    const punctuation = characterPattern(PUNCTUATION, {together: false});
    return (piece) =>
      splitBy(piece, space, "Removed").flatMap((word) => splitBy(word, punctuation, "Isolated"));
  },
  Sequence(options, field) {
    const parts = asArray(options.get("pretokenizers"), `${field}.pretokenizers`).map(parsePreTokenizer);
    return (piece, atStart) =>
      parts.reduce(
        (pieces, part) => {
          const grow = growthLimit(field, piece.length);
          return pieces.flatMap((each, i) => {
            const made = part(each, atStart && i === 0);
            for (const {length} of made) grow(length);
            return made;
          });
        },
        [piece],
      );
  },
};

/** The `pre_tokenizer` of tokenizer.json; null leaves pieces whole. */
export function parsePreTokenizer(value: Json | undefined): PreTokenizer {
  if (value === null || value === undefined) return (piece) => [piece];
  return makeComponent(value, "pre_tokenizer", PRE_TOKENIZERS);
}
