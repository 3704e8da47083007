/** A set of characters: true for the code points that are in it. */
export type CharacterSet = (codePoint: number) => boolean;

/** The characters from `first` to `last`. */
export function range(first: number, last = first): CharacterSet {
  return (codePoint) => codePoint >= first && codePoint <= last;
}

/** The characters of any of some sets. */
export function union(sets: readonly CharacterSet[]): CharacterSet {
  return (codePoint) => sets.some((set) => set(codePoint));
}

/** The characters that are in every one of some sets. */
export function intersection(sets: readonly CharacterSet[]): CharacterSet {
  return (codePoint) => sets.every((set) => set(codePoint));
}

/** The characters that are not in a set. */
export function complement(set: CharacterSet): CharacterSet {
  return (codePoint) => !set(codePoint);
}

/** The set of one character that JavaScript's class `[members]` describes. */
export function fromClass(members: string): CharacterSet {
  const pattern = new RegExp(`^[${members}]$`, "u");
  return (codePoint) => pattern.test(String.fromCodePoint(codePoint));
}

export const ANY: CharacterSet = () => true;
export const LINE_FEED = range(10);

/** Unicode's White_Space: JavaScript's own \s lacks U+0085 and has U+FEFF. */
export const SPACE = fromClass("\\p{White_Space}");
export const DIGIT = fromClass("\\p{Nd}");
const HEXADECIMAL = fromClass("0-9a-fA-F");

/** Word characters of the regular expressions of Rust (UTS 18, annex C). */
export const RUST_WORD = fromClass("\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}");

/** Word characters of Oniguruma in a class: without joiners. */
const WORD_IN_CLASS = fromClass("\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}");

/** Word characters of Oniguruma outside of classes: with the other digits and the fractions of Latin-1. */
export const WORD = union([WORD_IN_CLASS, fromClass("\\xb2\\xb3\\xb9\\xbc-\\xbe")]);

/** Sets of Oniguruma by the letter of their escape; \w is another one outside of classes, {@link WORD}. */
export const SHORTHANDS: Readonly<Record<string, CharacterSet>> = {
  s: SPACE,
  d: DIGIT,
  w: WORD_IN_CLASS,
  h: HEXADECIMAL,
};

/** Sets of Oniguruma by the names in `[:alpha:]` and `\p{Alpha}`. */
const POSIX: Readonly<Record<string, CharacterSet>> = {
  alpha: fromClass("\\p{Alphabetic}"),
  alnum: fromClass("\\p{Alphabetic}\\p{Nd}"),
  digit: DIGIT,
  space: SPACE,
  upper: fromClass("\\p{Uppercase}"),
  lower: fromClass("\\p{Lowercase}"),
  punct: fromClass("\\p{P}\\p{S}"),
  cntrl: fromClass("\\p{Cc}"),
  xdigit: HEXADECIMAL,
  word: WORD_IN_CLASS,
};

/** The set of a POSIX name, or undefined. */
export function posixSet(name: string): CharacterSet | undefined {
  return Object.hasOwn(POSIX, name) ? POSIX[name] : undefined;
}

/** The set that `\p{name}` means: a general category, a script, a binary property or a POSIX name; or undefined. */
export function propertySet(name: string): CharacterSet | undefined {
  if (!/^\w{1,40}$/.test(name) || name.toLowerCase() === "word") return undefined;
  const posix = posixSet(name.toLowerCase());
  if (posix !== undefined) return posix;
  for (const property of [name, `Script=${name}`]) {
    try {
      return fromClass(`\\p{${property}}`);
    } catch {
      // JavaScript knows it by another name, or not at all.
    }
  }
  return undefined;
}
