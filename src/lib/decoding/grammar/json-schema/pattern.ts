import {type CodePoints, complementOf} from "../language/characters.js";
import {choice, EMPTY, type Expression, repeat, sequence} from "../language/expression.js";
import {GRAMMAR_LIMITS} from "../language/limits.js";
import {stringCharacter, writtenCharacter} from "./json-text.js";

const DIGITS: readonly CodePoints[] = [[0x30, 0x39]];
const WORDS: readonly CodePoints[] = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const BLANKS: readonly CodePoints[] = [
  ...([
    [0x09, 0x0d],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
  ] as const),
  ...([
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ] as const),
];
const CLASSES: Readonly<Record<string, readonly CodePoints[]>> = {
  d: DIGITS,
  w: WORDS,
  s: BLANKS,
  D: complementOf(DIGITS),
  W: complementOf(WORDS),
  S: complementOf(BLANKS),
};
const CONTROLS: Readonly<Record<string, number>> = {n: 10, r: 13, t: 9, f: 12, v: 11, "0": 0};
const NOT_LINE_ENDS = complementOf([
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
]);
const ITSELF = "^$\\.*+?()[]{}|/-";
const anything = repeat(stringCharacter, 0, null);

/**
 * The characters of JSON strings in which a regular expression is found, as ECMA-262 reads it with the flag u. Anchors may
 * stand at the ends of its alternatives.
 * @throws RangeError for what no finite automaton does (looking around, references) and for what is not supported.
 */
export function patternText(source: string, fail: (reason: string) => RangeError): Expression {
  let at = 0;
  const take = (text: string): boolean => {
    if (!source.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };
  const refuse = (what: string) => fail(`${what} at character ${at + 1} of ${JSON.stringify(source)}`);
  const point = (): number => {
    const value = source.codePointAt(at);
    if (value === undefined) throw refuse("an end within a class, a group or an escape");
    at += value > 0xffff ? 2 : 1;
    return value;
  };
  const hexadecimal = (digits: number): number => {
    const found = source.slice(at, at + digits);
    if (found.length < digits || !/^[0-9a-fA-F]+$/.test(found)) throw refuse("an escape without its digits");
    at += digits;
    return Number.parseInt(found, 16);
  };
  /** Characters of an escape, after its backslash. */
  const escaped = (): readonly CodePoints[] => {
    const letter = String.fromCodePoint(point());
    if (Object.hasOwn(CLASSES, letter)) return CLASSES[letter];
    if (Object.hasOwn(CONTROLS, letter)) return single(CONTROLS[letter]);
    if (letter === "x") return single(hexadecimal(2));
    if (letter === "u" && take("{")) {
      const end = source.indexOf("}", at);
      const value = hexadecimal(Math.max(1, end - at));
      if (!take("}") || value > 0x10ffff) throw refuse("an escape without its digits");
      return single(value);
    }
    if (letter === "u") return single(hexadecimal(4));
    if (!ITSELF.includes(letter)) throw refuse(`\\${letter}, which is not supported,`);
    return single(letter.charCodeAt(0));
  };
  const classRanges = (): readonly CodePoints[] => {
    const isNegated = take("^");
    const ranges: CodePoints[] = [];
    while (!take("]")) {
      const low = take("\\") ? escaped() : single(point());
      const isRange = source[at] === "-" && source[at + 1] !== "]" && at + 1 < source.length;
      if (isRange) at++;
      const high = isRange ? (take("\\") ? escaped() : single(point())) : low;
      if (isRange && (!isSingle(low) || !isSingle(high) || high[0][0] < low[0][0]))
        throw refuse("a wrong range");
      if (isRange) ranges.push([low[0][0], high[0][0]]);
      else for (const range of low) ranges.push(range);
    }
    return isNegated ? complementOf(ranges) : ranges;
  };
  const alternatives = (depth: number, part: (depth: number) => Expression): Expression => {
    if (depth > GRAMMAR_LIMITS.depth) throw refuse("too many groups in groups");
    const options = [part(depth)];
    while (take("|")) options.push(part(depth));
    return choice(options);
  };
  const items = (depth: number): Expression => {
    const parts: Expression[] = [];
    while (at < source.length && !"|)$".includes(source[at])) parts.push(counted(atom(depth)));
    return sequence(...parts);
  };
  const atom = (depth: number): Expression => {
    if (take("\\")) return writtenCharacter(escaped());
    if (take("[")) return writtenCharacter(classRanges());
    if (take(".")) return writtenCharacter(NOT_LINE_ENDS);
    if (take("(")) return group(depth);
    if ("*+?{}]^".includes(source[at])) throw refuse(`${source[at]}, which is not supported there,`);
    return writtenCharacter(single(point()));
  };
  const group = (depth: number): Expression => {
    if (take("?") && !take(":")) {
      const name = /^<[A-Za-z_$][\w$]*>/.exec(source.slice(at))?.[0];
      if (name === undefined) throw refuse("looking around, which no finite automaton does,");
      take(name);
    }
    const inside = alternatives(depth + 1, items);
    if (source[at] === "$") throw refuse("an anchor within a group, which is not supported,");
    if (!take(")")) throw refuse("a group without end");
    return inside;
  };
  const counted = (part: Expression): Expression => {
    const bounds = quantifier();
    if (bounds === undefined) return part;
    take("?");
    return repeat(part, ...bounds);
  };
  const quantifier = (): [number, number | null] | undefined => {
    if (take("*")) return [0, null];
    if (take("+")) return [1, null];
    if (take("?")) return [0, 1];
    const braces = /^\{(\d+)(,(\d*))?\}/.exec(source.slice(at));
    if (braces === null) return undefined;
    const [all, low, comma, high] = braces;
    const bounds: [number, number | null] = [
      Number(low),
      comma === undefined ? Number(low) : high ? Number(high) : null,
    ];
    if (Math.max(bounds[0], bounds[1] ?? 0) > GRAMMAR_LIMITS.repeat || (bounds[1] ?? bounds[0]) < bounds[0])
      throw refuse("a count that is too large or in the wrong order");
    take(all);
    return bounds;
  };
  const anchored = (): Expression => {
    const before = take("^") ? EMPTY : anything;
    const inside = items(0);
    const after = take("$") ? EMPTY : anything;
    if (at < source.length && source[at] !== "|")
      throw refuse(`${source[at]}, which is not supported there,`);
    return sequence(before, inside, after);
  };
  return alternatives(0, anchored);
}

const single = (value: number): readonly CodePoints[] => [[value, value]];
const isSingle = (ranges: readonly CodePoints[]) => ranges.length === 1 && ranges[0][0] === ranges[0][1];
