import {type Cursor, takeMatch, UnsupportedSyntax} from "./cursor.js";
import {ahead, choice, type Pattern, repeat, sequence} from "./syntax.js";

const MOST_REPEATS = 1000;

/** Repeats of repeats. */
const MOST_REPEATED = 8;

/** Repeats that follow an atom: `+`, `*?`, `{2,3}` and so on. @param isPlace whether the atom takes no character */
export function parseRepeats(cursor: Cursor, atom: Pattern, isPlace: boolean): Pattern {
  let pattern = atom;
  for (let times = 0; ; times++) {
    const match = takeMatch(cursor, /([*+?])([?+]?)|\{(\d*)(,?)(\d*)\}(\??)/y);
    if (match === null) return pattern;
    const [whole, sign, mode, least, comma, most, lazy] = match;
    if (isPlace) throw new UnsupportedSyntax("a repeat of a place");
    if (times === MOST_REPEATED) throw new UnsupportedSyntax("repeats of repeats of repeats");
    const mayBeEmpty = !takesCharacter(pattern);
    if (sign === undefined) {
      const counts = boundsOf(whole, {least, comma, most, lazy});
      if (counts === undefined) {
        cursor.at -= whole.length;
        return pattern;
      }
      if (mayBeEmpty && counts[1] > 1) throw EMPTY_LOOP();
      pattern = repeat(pattern, counts[0], counts[1], lazy === "?");
    } else {
      if (mayBeEmpty && sign !== "?") throw EMPTY_LOOP();
      const [from, to] = SIGNS[sign];
      pattern = repeat(pattern, from, to, mode === "?");
      if (mode === "+") pattern = atomic(pattern);
    }
  }
}

const EMPTY_LOOP = () => new UnsupportedSyntax("a repeat of what may be empty");

/** Whether a match of it has at least one character. */
function takesCharacter(pattern: Pattern): boolean {
  if (pattern.kind === "set") return true;
  if (pattern.kind === "sequence") return pattern.parts.some(takesCharacter);
  if (pattern.kind === "choice") return pattern.options.every(takesCharacter);
  return pattern.kind === "repeat" && pattern.least > 0 && takesCharacter(pattern.body);
}

const SIGNS: Readonly<Record<string, readonly [number, number]>> = {
  "*": [0, Number.POSITIVE_INFINITY],
  "+": [1, Number.POSITIVE_INFINITY],
  "?": [0, 1],
};

/** The counts of `{2}`, `{2,}`, `{,3}` or `{2,3}`, or undefined for braces that are text. */
function boundsOf(
  whole: string,
  {least, comma, most, lazy}: Readonly<Record<"least" | "comma" | "most" | "lazy", string>>,
): readonly [number, number] | undefined {
  if (least === "" && most === "") return undefined;
  const from = Number(least || 0);
  const to = comma === "" ? from : most === "" ? Number.POSITIVE_INFINITY : Number(most);
  if (comma === "" && lazy === "?") throw new UnsupportedSyntax(`the repeat ${whole}`);
  if (to < from || from > MOST_REPEATS || (to > MOST_REPEATS && to !== Number.POSITIVE_INFINITY))
    throw new UnsupportedSyntax(`the repeat ${whole}`);
  return [from, to];
}

/** A part that takes as much as it can and never gives back: of a repeated set, as many characters as there are. */
export function atomic(pattern: Pattern): Pattern {
  if (pattern.kind === "set" || pattern.kind === "edge") return pattern;
  if (pattern.kind !== "repeat" || pattern.lazy || pattern.body.kind !== "set")
    throw new UnsupportedSyntax("possessive repeats of more than one character");
  const {body, least, most} = pattern;
  const stop = ahead(body.set, true);
  if (most === Number.POSITIVE_INFINITY) return sequence([pattern, stop]);
  const shorter = Array.from({length: most - least}, (_, i) =>
    sequence([repeat(body, most - 1 - i, most - 1 - i), stop]),
  );
  return choice([repeat(body, most, most), ...shorter]);
}
