import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {toByteCharacters} from "./byte-level.js";
import {asArray, asFlag, asString, growthLimit, type Makers, makeComponent} from "./fields.js";
import {parsePattern, replaced} from "./pattern/text-pattern.js";

/** Change of a text before it is split. */
export type Normalizer = (text: string) => string;

const unicode = (form: "NFC" | "NFD" | "NFKC" | "NFKD") => (): Normalizer => (text) => text.normalize(form);

/** A text in small letters, each by itself: a sigma at the end of a word is one like all others. */
export function lowercase(text: string): string {
  return text.replace(/\p{Changes_When_Lowercased}/gu, (letter) => letter.toLowerCase());
}

/** The normalizers that are loaded everywhere, but `Sequence`. */
export const NORMALIZERS: Makers<Normalizer> = {
  NFC: unicode("NFC"),
  NFD: unicode("NFD"),
  NFKC: unicode("NFKC"),
  NFKD: unicode("NFKD"),
  Lowercase: () => lowercase,
  StripAccents: () => (text) => text.replace(/\p{M}/gu, ""),
  Strip(options, field) {
    const left = asFlag(options.get("strip_left"), `${field}.strip_left`);
    const right = asFlag(options.get("strip_right"), `${field}.strip_right`);
    return (text) => {
      const start = left ? text.replace(/^\p{White_Space}+/u, "") : text;
      return right ? withoutSpaceAfter(start) : start;
    };
  },
  Nmt: () => (text) => text.replace(NMT_REMOVED, "").replace(NMT_SPACES, " "),
  ByteLevel: () => toByteCharacters,
  Prepend(options, field) {
    const prefix = asString(options.get("prepend"), `${field}.prepend`);
    return (text) => (text === "" ? text : prefix + text);
  },
  Replace(options, field) {
    const pattern = parsePattern(options.get("pattern"), `${field}.pattern`);
    const content = asString(options.get("content"), `${field}.content`);
    return (text) => replaced(text, pattern, content, growthLimit(field, text.length));
  },
};

/** Characters that the rules of sentencepiece's nmt_nfkc remove, and those that they take for a space. */
const CONTROLS = "\\x01-\\x08\\x0b\\x0e-\\x1f\\x7f\\x8f\\x9f";
const NMT_REMOVED = new RegExp(`[${CONTROLS}]`, "g");
const NMT_SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

/** Goes back from the end: a pattern would try every stretch of white space of the text. */
function withoutSpaceAfter(text: string): string {
  let end = text.length;
  while (end > 0 && /\p{White_Space}/u.test(text[end - 1])) end--;
  return text.slice(0, end);
}

/**
 * The `normalizer` of tokenizer.json; null leaves texts as they are.
 * @param more makers of further types
 */
export function parseNormalizer(value: Json | undefined, more: Makers<Normalizer>): Normalizer {
  if (value === null || value === undefined) return (text) => text;
  const makers: Makers<Normalizer> = {
    ...NORMALIZERS,
    ...more,
    Sequence: (options, field) => parseSequence(options, field, more),
  };
  return makeComponent(value, "normalizer", makers);
}

function parseSequence(options: JsonObject, field: string, more: Makers<Normalizer>): Normalizer {
  const list = asArray(options.get("normalizers"), `${field}.normalizers`);
  const parts = list.map((part) => parseNormalizer(part, more));
  return (text) =>
    parts.reduce((normalized, part) => {
      const made = part(normalized);
      growthLimit(field, text.length)(made.length);
      return made;
    }, text);
}
