import type {Json} from "../../strict-json.js";
import {asObject, asString, tokenizerProblem} from "../fields.js";
import type {CharacterSet} from "./character-set.js";
import {UnsupportedSyntax} from "./cursor.js";
import {matcher} from "./matcher.js";
import {parseOniguruma} from "./oniguruma.js";
import {oneOf, type Pattern, repeat, sequence} from "./syntax.js";

/** A pattern in a text. */
export interface TextPattern {
  /** Start and end of every match, one after the other, from the left, none over another. */
  matches(text: string): readonly number[];
}

/**
 * A pattern of tokenizer.json, {"String": …} or {"Regex": …}; the latter is one of Oniguruma's.
 * @throws FormatError with kind `unsupported` naming what of its syntax is not read.
 */
export function parsePattern(value: Json | undefined, field: string): TextPattern {
  const pattern = asObject(value, field);
  const text = pattern.get("String");
  if (text !== undefined) return textPattern(asString(text, field), field);
  return regexPattern(asString(pattern.get("Regex"), `${field}.Regex`), field);
}

/** The places of a text in others. */
export function textPattern(text: string, field: string): TextPattern {
  if (text === "") return patternOf(sequence([]), field);
  return {
    matches(within) {
      const found: number[] = [];
      for (let at = within.indexOf(text); at >= 0; at = within.indexOf(text, at + text.length))
        found.push(at, at + text.length);
      return found;
    },
  };
}

/** Single characters of a set or, together, as many as stand in a row. */
export function characterPattern(set: CharacterSet, {together}: {readonly together: boolean}): TextPattern {
  return patternOf(together ? repeat(oneOf(set), 1, Number.POSITIVE_INFINITY) : oneOf(set), "pattern");
}

/** A pattern in the syntax of Oniguruma. @throws FormatError as {@link parsePattern}. */
export function regexPattern(source: string, field: string): TextPattern {
  try {
    return patternOf(parseOniguruma(source), field, source);
  } catch (error) {
    if (!(error instanceof UnsupportedSyntax)) throw error;
    throw tokenizerProblem("unsupported", field, source, `a pattern without ${error.message}`);
  }
}

/** The matches of a parsed pattern. @throws FormatError with kind `unsupported` if it is too large. */
export function patternOf(pattern: Pattern, field: string, source = "a pattern"): TextPattern {
  const tooLong = () =>
    tokenizerProblem("too-long", field, source, "a pattern that need not read far ahead at every place");
  const machine = matcher(pattern, tooLong);
  if (machine === undefined) throw tokenizerProblem("unsupported", field, source, "a smaller pattern");
  return machine;
}

/** A text with every match replaced; `grow` is told how long each replacement is. */
export function replaced(
  text: string,
  pattern: TextPattern,
  content: string,
  grow: (made: number) => void,
): string {
  const bounds = pattern.matches(text);
  let made = "";
  let end = 0;
  for (let i = 0; i < bounds.length; i += 2) {
    grow(content.length);
    made += text.slice(end, bounds[i]) + content;
    end = bounds[i + 1];
  }
  return made + text.slice(end);
}
