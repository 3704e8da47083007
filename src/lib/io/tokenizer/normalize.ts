import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {asArray, asString, growthLimit, makeComponent} from "./fields.js";
import {parsePattern, replaced} from "./pattern.js";

/** Change of a text before it is split. */
export type Normalizer = (text: string) => string;

const unicode = (form: "NFC" | "NFD" | "NFKC" | "NFKD") => (): Normalizer => (text) => text.normalize(form);

const NORMALIZERS: Readonly<Record<string, (options: JsonObject, field: string) => Normalizer>> = {
  NFC: unicode("NFC"),
  NFD: unicode("NFD"),
  NFKC: unicode("NFKC"),
  NFKD: unicode("NFKD"),
  Lowercase: () => (text) => text.toLowerCase(),
  Prepend(options, field) {
    const prefix = asString(options.get("prepend"), `${field}.prepend`);
    return (text) => (text === "" ? text : prefix + text);
  },
  Replace(options, field) {
    const pattern = parsePattern(options.get("pattern"), `${field}.pattern`);
    const content = asString(options.get("content"), `${field}.content`);
    return (text) => replaced(text, pattern, content, growthLimit(field, text.length));
  },
  Sequence(options, field) {
    const parts = asArray(options.get("normalizers"), `${field}.normalizers`).map(parseNormalizer);
    return (text) =>
      parts.reduce((normalized, part) => {
        const made = part(normalized);
        growthLimit(field, text.length)(made.length);
        return made;
      }, text);
  },
};

/** The `normalizer` of tokenizer.json; null leaves texts as they are. */
export function parseNormalizer(value: Json | undefined): Normalizer {
  if (value === null || value === undefined) return (text) => text;
  return makeComponent(value, "normalizer", NORMALIZERS);
}
