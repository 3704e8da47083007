import {type CodePoints, complementOf} from "./characters.js";
import {GRAMMAR_LIMITS} from "./limits.js";

/** Reads the text of a grammar from left to right. */
export interface EbnfReader {
  /** Skips blanks, line ends and comments, which begin with #. */
  skip(): void;
  atEnd(): boolean;
  /** The character that comes next; empty at the end. */
  next(): string;
  /** Takes a text if it comes next. */
  take(text: string): boolean;
  /** Takes the name of a rule if one comes next. */
  name(): string | undefined;
  /** True if the name of a rule and ::= come next: where the next rule begins. */
  atRule(): boolean;
  /** Takes a number if one comes next. */
  count(): number | undefined;
  /** The text between quotes, after the first of them. */
  quoted(): string;
  /** The ranges of a class, after its [. */
  classRanges(): readonly CodePoints[];
  /** Error at the place that is read now, or at an earlier one. */
  fault(allowed: string, at?: number): RangeError;
  readonly at: number;
}

const NAME = /[A-Za-z_][A-Za-z0-9_.-]*/y;
const RULE_BEGIN = /[A-Za-z_][A-Za-z0-9_.-]*(?:[ \t\r\n]|#[^\n]*\n?)*::=/y;
const SPACE = /(?:[ \t\r\n]|#[^\n]*)*/y;
const DIGITS = /[0-9]+/y;
const SHORT: Readonly<Record<string, string>> = {n: "\n", r: "\r", t: "\t"};
/** Digits of an escape that names a code point. */
const LONG: Readonly<Record<string, number>> = {x: 2, u: 4, U: 8};
const ITSELF = `\\"'[]-^/`;

/** A reader of a grammar's text. */
export function ebnfReader(text: string): EbnfReader {
  let at = 0;
  const fault = (allowed: string, place = at) => {
    const before = text.slice(0, place).split("\n");
    const got = place < text.length ? JSON.stringify(text.slice(place, place + 20)) : "the end";
    return new RangeError(
      `parseEbnf: line ${before.length}, column ${(before.at(-1) ?? "").length + 1} must have ${allowed}, got ${got}`,
    );
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  /** One character, escaped or not. */
  const character = (within: string): number => {
    const point = text.codePointAt(at);
    if (point === undefined || point === 10) throw fault(`the end of the ${within}`);
    if (point >= 0xd800 && point <= 0xdfff) throw fault("characters, not halves of one");
    at += point > 0xffff ? 2 : 1;
    return point === 0x5c ? escaped() : point;
  };
  const escaped = (): number => {
    const from = at - 1;
    const letter = text[at] ?? "";
    at++;
    const digits = LONG[letter];
    if (digits !== undefined) return hexadecimal(digits, from);
    if (SHORT[letter] !== undefined) return SHORT[letter].charCodeAt(0);
    if (letter === "" || !ITSELF.includes(letter))
      throw fault("an escape: \\n, \\r, \\t, \\x41, \\u0041, \\U00000041 or a mark", from);
    return letter.charCodeAt(0);
  };
  const hexadecimal = (digits: number, from: number): number => {
    const found = text.slice(at, at + digits);
    at += digits;
    const point = Number.parseInt(found, 16);
    const isWhole = found.length === digits && /^[0-9a-fA-F]+$/.test(found);
    if (!isWhole || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
      throw fault(`an escape with ${digits} hexadecimal digits of a character`, from);
    return point;
  };
  return {
    skip: () => void match(SPACE),
    atEnd: () => at >= text.length,
    next: () => text.charAt(at),
    take(wanted) {
      if (!text.startsWith(wanted, at)) return false;
      at += wanted.length;
      return true;
    },
    name: () => match(NAME),
    atRule() {
      RULE_BEGIN.lastIndex = at;
      return RULE_BEGIN.test(text);
    },
    count() {
      const from = at;
      const digits = match(DIGITS);
      if (digits === undefined) return undefined;
      if (Number(digits) > GRAMMAR_LIMITS.repeat)
        throw fault(`a count of at most ${GRAMMAR_LIMITS.repeat}`, from);
      return Number(digits);
    },
    quoted() {
      let made = "";
      while (text[at] !== '"') made += String.fromCodePoint(character("quoted text"));
      at++;
      return made;
    },
    classRanges() {
      const from = at - 1;
      const isNegated = text[at] === "^";
      if (isNegated) at++;
      const ranges: CodePoints[] = [];
      while (text[at] !== "]") {
        const start = at;
        const low = character("class");
        const isRange = text[at] === "-" && text[at + 1] !== "]";
        if (isRange) at++;
        const high = isRange ? character("class") : low;
        if (high < low) throw fault("a range from the lower to the higher character", start);
        ranges.push([low, high]);
      }
      at++;
      if (ranges.length === 0) throw fault("a class with a character", from);
      return isNegated ? complementOf(ranges) : ranges;
    },
    fault,
    get at() {
      return at;
    },
  };
}
