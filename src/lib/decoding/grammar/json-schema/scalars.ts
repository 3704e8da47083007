import {type Expression, repeat} from "../language/expression.js";
import {GRAMMAR_LIMITS} from "../language/limits.js";
import {type Bound, integersWithin, numbersWithin} from "./bounded-number.js";
import {FORMATS} from "./formats.js";
import {anyInteger, anyNumber, quoted, shortCharacter, stringCharacter} from "./json-text.js";
import {countOf, type Keywords, type Path, schemaFault} from "./keywords.js";
import {patternText} from "./pattern.js";

/** Strings by length, pattern or format. @throws RangeError for two of these at once. */
export function stringText(keywords: Keywords, path: Path): Expression {
  const {pattern, format} = keywords;
  const min = countOf(keywords, "minLength", path, GRAMMAR_LIMITS.repeat, 0);
  const max = countOf(keywords, "maxLength", path, GRAMMAR_LIMITS.repeat, null);
  const isBounded = min > 0 || max !== null;
  if (pattern === undefined && format === undefined) {
    if (max !== null && max < min) throw schemaFault(`${path}/maxLength`, `at least ${min}`, max);
    return quoted(repeat(isBounded ? shortCharacter : stringCharacter, min, max));
  }
  if ((pattern !== undefined && format !== undefined) || isBounded)
    throw schemaFault(path, "of a pattern, a format or a length, one alone", keywords);
  if (format !== undefined) return quoted(formatText(format, `${path}/format`));
  if (typeof pattern !== "string") throw schemaFault(`${path}/pattern`, "a regular expression", pattern);
  const place = `${path}/pattern`;
  return quoted(
    patternText(pattern, (reason) =>
      schemaFault(place, "a regular expression without lookaround or references", reason),
    ),
  );
}

function formatText(format: unknown, path: Path): Expression {
  if (typeof format !== "string" || !Object.hasOwn(FORMATS, format))
    throw schemaFault(path, `of ${Object.keys(FORMATS).join(", ")}`, format);
  return patternText(FORMATS[format], (reason) => schemaFault(path, "a regular expression", reason));
}

/** Numbers within bounds; those with bounds have no exponent. */
export function numberText(keywords: Keywords, path: Path): Expression {
  const [low, high] = [lowerBound(keywords, path), upperBound(keywords, path)];
  return low === null && high === null ? anyNumber : numbersWithin(low, high);
}

/** Integers within bounds, written without a point. */
export function integerText(keywords: Keywords, path: Path): Expression {
  const [low, high] = [lowerBound(keywords, path), upperBound(keywords, path)];
  return low === null && high === null ? anyInteger : integersWithin(whole(low, 1), whole(high, -1));
}

const lowerBound = (keywords: Keywords, path: Path) =>
  tighter(boundOf(keywords, "minimum", path), boundOf(keywords, "exclusiveMinimum", path), 1);
const upperBound = (keywords: Keywords, path: Path) =>
  tighter(boundOf(keywords, "maximum", path), boundOf(keywords, "exclusiveMaximum", path), -1);

interface NumberBound extends Bound {
  readonly value: number;
}

/** The bound that a keyword sets. @throws RangeError for what is no number with digits alone. */
function boundOf(keywords: Keywords, key: string, path: Path): NumberBound | null {
  const value = keywords[key];
  if (value === undefined) return null;
  const digits = String(value);
  if (typeof value !== "number" || !/^-?\d+(\.\d+)?$/.test(digits))
    throw schemaFault(`${path}/${key}`, "a number from 1e-6 to 1e21 in magnitude", value);
  return {value, digits, isExclusive: key.startsWith("exclusive")};
}

/** The tighter of two bounds; of equal ones that which leaves itself out. `sign` is 1 for lower bounds. */
function tighter(plain: NumberBound | null, exclusive: NumberBound | null, sign: 1 | -1): NumberBound | null {
  if (plain === null || exclusive === null) return plain ?? exclusive;
  return sign * (plain.value - exclusive.value) > 0 ? plain : exclusive;
}

/** The first integer within a bound. */
function whole(bound: NumberBound | null, sign: 1 | -1): Bound | null {
  if (bound === null) return null;
  const {digits, isExclusive} = bound;
  const [before, fraction = ""] = digits.split(".");
  const isBelowZero = digits.startsWith("-");
  // Cutting the digits goes towards zero: the right way for lower bounds below zero and upper bounds above it.
  const isCutInside = isBelowZero === (sign === 1);
  const moves = fraction === "" ? isExclusive : !isCutInside;
  return {digits: (BigInt(before) + BigInt(moves ? sign : 0)).toString(), isExclusive: false};
}
