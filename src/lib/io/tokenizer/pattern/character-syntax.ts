import {type CharacterSet, complement, propertySet, range, SHORTHANDS, union} from "./character-set.js";
import {type Cursor, character, type Flags, takeMatch, UnsupportedSyntax} from "./cursor.js";

/** The set of a character or, where case does not matter, its variants: the long s and the Kelvin sign too. */
export function literal(codePoint: number, {i}: Flags): CharacterSet {
  const text = String.fromCodePoint(codePoint);
  if (!i || !/\p{Cased}|\p{M}/u.test(text)) return range(codePoint);
  if (!/[A-Za-z]/.test(text)) throw new UnsupportedSyntax("letters of any case beyond the Latin alphabet");
  const variants = [text.toLowerCase(), text.toUpperCase(), MORE_CASES[text.toLowerCase()] ?? text];
  return union(variants.map((each) => range(each.codePointAt(0)!)));
}

const MORE_CASES: Readonly<Record<string, string>> = {s: "\u017f", k: "\u212a"};

/** @throws UnsupportedSyntax for letters in a row that one character of another case stands for, such as ß for ss. */
export function refuseFolded(literals: string): void {
  if (/ss|ff|fi|fl|st|'n|[hijtwya]\p{M}|a\u02be/iu.test(literals))
    throw new UnsupportedSyntax("letters of any case that a ligature stands for");
}

/** \s, \D, \p{…} and their like, or undefined. */
export function parseShorthand(cursor: Cursor): CharacterSet | undefined {
  const property = takeMatch(cursor, /([pP])\{(\^?)([^}]*)\}/y);
  if (property !== null) {
    const [, letter, not, name] = property;
    const set = propertySet(name);
    if (set === undefined) throw new UnsupportedSyntax(`\\p{${name}}`);
    return (letter === "P") !== (not === "^") ? complement(set) : set;
  }
  const [letter] = takeMatch(cursor, /[sdwhSDWH]/y) ?? [];
  if (letter === undefined) return undefined;
  const set = SHORTHANDS[letter.toLowerCase()];
  return letter === letter.toLowerCase() ? set : complement(set);
}

const CONTROLS: Readonly<Record<string, number>> = {t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27};

/** The character of an escape: \n, \x41, \x{1f600}, \u00e9, or what stands for itself. */
export function escapedCharacter(cursor: Cursor): number {
  const hex = takeMatch(cursor, /x\{([0-9a-fA-F]{1,6})\}|x([0-7][0-9a-fA-F])|u([0-9a-fA-F]{4})/y);
  if (hex !== null) {
    const codePoint = Number.parseInt(hex[1] ?? hex[2] ?? hex[3], 16);
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint < 0xe000))
      throw new UnsupportedSyntax(`\\${hex[0]}`);
    return codePoint;
  }
  const codePoint = character(cursor);
  const text = String.fromCodePoint(codePoint);
  if (Object.hasOwn(CONTROLS, text)) return CONTROLS[text];
  if (/[0-9A-Za-z]/.test(text)) throw new UnsupportedSyntax(`\\${text}`);
  return codePoint;
}
