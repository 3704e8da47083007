import type {Json} from "../strict-json.js";
import {asObject, asString, tokenizerProblem} from "./fields.js";

/**
 * Meaning of Oniguruma's \s, \d and \w: Unicode's White_Space (JavaScript's own \s lacks U+0085 and has U+FEFF),
 * decimal digits, and letters with marks, digits and connectors.
 */
const SETS: Readonly<Record<string, string>> = {
  s: "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000",
  d: "\\p{Nd}",
  w: "\\p{L}\\p{M}\\p{Nd}\\p{Pc}",
};

/** Letters whose case variants are more than two. */
const MORE_CASES: Readonly<Record<string, string>> = {s: "\u017f", k: "\u212a"};

/**
 * A pattern of tokenizer.json, {"String": …} or {"Regex": …}, as a global regular expression.
 * @throws FormatError with kind `unsupported` for a pattern that JavaScript cannot express.
 */
export function parsePattern(value: Json | undefined, field: string): RegExp {
  const pattern = asObject(value, field);
  const text = pattern.get("String");
  if (text !== undefined) return textPattern(asString(text, field), field);
  return oniguruma(asString(pattern.get("Regex"), `${field}.Regex`), field);
}

/** @throws FormatError with kind `unsupported` for a text that is too long for a pattern. */
function textPattern(text: string, field: string): RegExp {
  try {
    return new RegExp(escapePattern(text), "gu");
  } catch {
    throw tokenizerProblem("unsupported", field, text, "a text short enough for a pattern");
  }
}

/** A text with every match replaced; `grow` is told how long each of them is. */
export function replaced(
  text: string,
  pattern: RegExp,
  content: string,
  grow: (made: number) => void,
): string {
  return text.replace(pattern, () => {
    grow(content.length);
    return content;
  });
}

/** A text as a pattern that matches just that text. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/**
 * An Oniguruma pattern, which is what tokenizers are published with, as a JavaScript one: its \s, its dot,
 * case-insensitive groups (?i:…), and escapes of characters that need none.
 * @throws FormatError with kind `unsupported` where the meaning would differ or JavaScript refuses.
 */
export function oniguruma(source: string, field: string): RegExp {
  const unsupported = (what: string) =>
    tokenizerProblem("unsupported", field, source, `a pattern without ${what}`);
  if (/[?*+]\+/.test(source.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x")))
    throw unsupported("possessive quantifiers");
  let translated = "";
  let inClass = false;
  // For each open group: whether letters match in both cases.
  const ignoreCase = [false];
  for (let i = 0; i < source.length; i++) {
    const character = source[i];
    if (character === "\\") {
      translated += translateEscape(source[++i] ?? "", inClass, unsupported);
    } else if (inClass) {
      if (character === "[" || source.startsWith("&&", i)) throw unsupported("classes inside classes");
      if (ignoreCase.at(-1) && /\p{L}/u.test(character))
        throw unsupported("letters of any case inside a class");
      inClass = character !== "]";
      translated += character;
    } else if (character === "(") {
      const insensitive = source.startsWith("(?i:", i);
      ignoreCase.push(insensitive || ignoreCase.at(-1)!);
      translated += insensitive ? "(?:" : "(";
      if (insensitive) i += 3;
    } else {
      if (character === ")") ignoreCase.pop();
      inClass = character === "[";
      translated += translatePlain(character, ignoreCase.at(-1) ?? false);
    }
  }
  try {
    return new RegExp(translated, "gu");
  } catch {
    throw unsupported("what JavaScript cannot express");
  }
}

function translateEscape(escaped: string, inClass: boolean, unsupported: (what: string) => Error): string {
  const set = SETS[escaped.toLowerCase()];
  if (set !== undefined) {
    const excluded = escaped !== escaped.toLowerCase();
    if (excluded && inClass) throw unsupported(`\\${escaped} inside a class`);
    return inClass ? set : `[${excluded ? "^" : ""}${set}]`;
  }
  // These mean other things in JavaScript: hexadecimal digits, line breaks, clusters, anchors, boundaries, names.
  if (/[hHRXAzZGbBk]/.test(escaped)) throw unsupported(`\\${escaped}`);
  const needed = inClass ? /[\w^$\\.*+?()[\]{}|/-]/ : /[\w^$\\.*+?()[\]{}|/]/;
  return needed.test(escaped) ? `\\${escaped}` : escaped;
}

function translatePlain(character: string, ignoreCase: boolean): string {
  if (character === ".") return "[^\\n]";
  if (!ignoreCase || !/\p{L}/u.test(character)) return character;
  const lower = character.toLowerCase();
  return `[${lower}${character.toUpperCase()}${MORE_CASES[lower] ?? ""}]`;
}
