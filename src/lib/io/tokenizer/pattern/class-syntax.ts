import {type CharacterSet, complement, intersection, posixSet, range, union} from "./character-set.js";
import {escapedCharacter, literal, parseShorthand} from "./character-syntax.js";
import {type Cursor, character, deeper, type Flags, take, takeMatch, UnsupportedSyntax} from "./cursor.js";

/** A class up to its bracket, after the opening one: characters, ranges, sets, classes in it, and `&&` between them. */
export function parseClass(cursor: Cursor, flags: Flags): CharacterSet {
  return deeper(cursor, () => {
    const isNegative = take(cursor, "^");
    const wholes: CharacterSet[] = [];
    let parts: CharacterSet[] = [];
    if (cursor.source[cursor.at] === "]") throw new UnsupportedSyntax("a class that begins with its end");
    while (!take(cursor, "]")) {
      if (take(cursor, "&&")) {
        refuseAnyCase(flags);
        wholes.push(union(parts));
        parts = [];
      } else parts.push(parseMember(cursor, flags));
    }
    const all = [...wholes, union(parts)];
    const set = all.length === 1 ? all[0] : intersection(all);
    return isNegative ? complement(set) : set;
  });
}

/** Members that the classes of a pattern may have: each is looked at for every new character. */
const MOST_MEMBERS = 1000;

function parseMember(cursor: Cursor, flags: Flags): CharacterSet {
  if (++cursor.members > MOST_MEMBERS)
    throw new UnsupportedSyntax(`more than ${MOST_MEMBERS} members of classes`);
  const posix = takeMatch(cursor, /\[:(\^?)([a-z]+):\]/y);
  if (posix !== null) {
    const set = posixSet(posix[2]);
    if (set === undefined || flags.i) throw new UnsupportedSyntax(posix[0]);
    return posix[1] === "^" ? complement(set) : set;
  }
  if (take(cursor, "[")) {
    refuseAnyCase(flags);
    return parseClass(cursor, flags);
  }
  const from = cursor.at;
  if (take(cursor, "\\")) {
    const set = parseShorthand(cursor);
    if (set !== undefined) {
      if (/[pPwWDSH]/.test(cursor.source[from + 1])) refuseAnyCase(flags);
      return set;
    }
  }
  cursor.at = from;
  const first = classCharacter(cursor);
  if (!takeMatch(cursor, /-(?![\]])(?!&&)/y)) return literal(first, flags);
  if (/^(?:\\[sdwhSDWHpP]|\[)/.test(cursor.source.slice(cursor.at, cursor.at + 2)))
    throw new UnsupportedSyntax("a range that ends in a set");
  const last = classCharacter(cursor);
  if (last < first) throw new UnsupportedSyntax("a range that ends before it begins");
  return flags.i ? foldedRange(first, last, flags) : range(first, last);
}

/** A class in which all but characters and ranges would have to be folded too. */
function refuseAnyCase({i}: Flags): void {
  if (i) throw new UnsupportedSyntax("sets of any case in a class");
}

function classCharacter(cursor: Cursor): number {
  if (!take(cursor, "\\")) return character(cursor);
  if (take(cursor, "b")) return 8;
  return escapedCharacter(cursor);
}

function foldedRange(first: number, last: number, flags: Flags): CharacterSet {
  if (last > 0x7f) throw new UnsupportedSyntax("letters of any case beyond the Latin alphabet");
  return union(Array.from({length: last - first + 1}, (_, i) => literal(first + i, flags)));
}
