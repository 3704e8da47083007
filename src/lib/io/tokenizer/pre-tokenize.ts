import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {toByteCharacters} from "./byte-level.js";
import {asArray, asCharacter, asFlag, growthLimit, makeComponent, tokenizerProblem} from "./fields.js";
import {escapePattern, oniguruma, parsePattern} from "./pattern.js";

/** Cuts a piece of text into smaller ones that never merge; `atStart` is true where the text begins with it. */
export type PreTokenizer = (piece: string, atStart: boolean) => string[];

/** GPT-2's own split: contractions, words and numbers with the space before them, punctuation, spaces. */
const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const PRE_TOKENIZERS: Readonly<Record<string, (options: JsonObject, field: string) => PreTokenizer>> = {
  ByteLevel(options, field) {
    const addSpace = asFlag(options.get("add_prefix_space"), `${field}.add_prefix_space`, true);
    const split = asFlag(options.get("use_regex"), `${field}.use_regex`, true);
    const pattern = oniguruma(GPT2_PATTERN, field);
    return (piece) => {
      const text = addSpace && !piece.startsWith(" ") ? ` ${piece}` : piece;
      return (split ? splitBy(text, pattern, "Isolated", false) : [text]).map(toByteCharacters);
    };
  },
  Split(options, field) {
    const pattern = parsePattern(options.get("pattern"), `${field}.pattern`);
    const behavior = parseBehavior(options.get("behavior"), `${field}.behavior`);
    const invert = asFlag(options.get("invert"), `${field}.invert`);
    return (piece) => splitBy(piece, pattern, behavior, invert);
  },
  Digits(options, field) {
    const one = asFlag(options.get("individual_digits"), `${field}.individual_digits`);
    const pattern = oniguruma("\\p{N}", field);
    return (piece) => splitBy(piece, pattern, one ? "Isolated" : "Contiguous", false);
  },
  Metaspace(options, field) {
    const mark = asCharacter(options.get("replacement"), `${field}.replacement`);
    const scheme = options.get("prepend_scheme") ?? "always";
    const split = asFlag(options.get("split"), `${field}.split`, true);
    const pattern = new RegExp(escapePattern(mark), "gu");
    return (piece, atStart) => {
      const marked = piece.replaceAll(" ", mark);
      const prepend = scheme === "always" || (scheme === "first" && atStart);
      const text = prepend && !marked.startsWith(mark) ? mark + marked : marked;
      return split ? splitBy(text, pattern, "MergedWithNext", false) : [text];
    };
  },
  WhitespaceSplit(_, field) {
    const pattern = oniguruma("\\s", field);
    return (piece) => splitBy(piece, pattern, "Removed", false);
  },
  Whitespace(_, field) {
    const pattern = oniguruma("\\w+|[^\\w\\s]+", field);
    return (piece) => splitBy(piece, pattern, "Removed", true);
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

const BEHAVIORS = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;

/** Treatment of the matches of a split: pieces of their own, removed, or joined to a neighbour. */
type Behavior = (typeof BEHAVIORS)[number];

function parseBehavior(value: Json | undefined, field: string): Behavior {
  const behavior = BEHAVIORS.find((name) => name === value);
  if (behavior === undefined)
    throw tokenizerProblem("bad-value", field, value, `one of ${BEHAVIORS.join(", ")}`);
  return behavior;
}

interface Span {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Cuts a text at the matches of a pattern, or, inverted, at what lies between them. Empty pieces are left out. */
function splitBy(text: string, pattern: RegExp, behavior: Behavior, invert: boolean): string[] {
  const spans = matchSpans(text, pattern).map((span) => ({...span, isMatch: span.isMatch !== invert}));
  if (behavior === "Isolated") return spans.map((span) => span.text);
  if (behavior === "Removed") return spans.filter((span) => !span.isMatch).map((span) => span.text);
  const pieces: string[] = [];
  spans.forEach((span, i) => {
    const before = spans[i - 1];
    const joins =
      before !== undefined &&
      ((behavior === "MergedWithPrevious" && span.isMatch && !before.isMatch) ||
        (behavior === "MergedWithNext" && !span.isMatch && before.isMatch) ||
        (behavior === "Contiguous" && span.isMatch === before.isMatch));
    if (joins) pieces.push(pieces.pop() + span.text);
    else pieces.push(span.text);
  });
  return pieces;
}

function matchSpans(text: string, pattern: RegExp): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) spans.push({text: text.slice(end, match.index), isMatch: false});
    if (match[0] !== "") spans.push({text: match[0], isMatch: true});
    end = match.index + match[0].length;
  }
  if (end < text.length) spans.push({text: text.slice(end), isMatch: false});
  return spans;
}
