import {ANY, complement, LINE_FEED, WORD} from "./character-set.js";
import {escapedCharacter, literal, parseShorthand, refuseFolded} from "./character-syntax.js";
import {parseClass} from "./class-syntax.js";
import {type Cursor, character, deeper, type Flags, take, takeMatch, UnsupportedSyntax} from "./cursor.js";
import {atomic, parseRepeats} from "./repeat-syntax.js";
import {ahead, behind, choice, oneOf, type Pattern, sequence} from "./syntax.js";

/**
 * Reads a regular expression as Oniguruma does with its own syntax, which is what tokenizers are published with.
 * (https://github.com/kkos/oniguruma/blob/master/doc/RE)
 * @throws UnsupportedSyntax for what has no counterpart in a machine that never goes back, or is unknown.
 */
export function parseOniguruma(source: string): Pattern {
  const cursor: Cursor = {source, at: 0, depth: 0, members: 0};
  const pattern = parseChoice(cursor, {i: false, m: false});
  if (cursor.at < cursor.source.length) throw new UnsupportedSyntax("a bracket that is not open");
  return pattern;
}

/** Alternatives up to the bracket that closes them or the end. */
function parseChoice(cursor: Cursor, flags: Flags): Pattern {
  return deeper(cursor, () => {
    const options: Pattern[] = [];
    do options.push(parseSequence(cursor, flags));
    while (take(cursor, "|"));
    return choice(options);
  });
}

function parseSequence(cursor: Cursor, flags: Flags): Pattern {
  const parts: Pattern[] = [];
  let literals = "";
  while (cursor.at < cursor.source.length && !/[|)]/.test(cursor.source[cursor.at])) {
    if (takeMatch(cursor, /\(\?#[^)]*\)/y)) continue;
    const switched = takeMatch(cursor, /\(\?([im]*)(?:-([im]+))?\)/y);
    if (switched !== null) {
      // Up to the end of the group, alternatives too: (?i)a|b is (?i:a|b).
      parts.push(parseChoice(cursor, withFlags(flags, switched)));
      break;
    }
    const from = cursor.at;
    const atom = parseAtom(cursor, flags);
    const repeated = parseRepeats(cursor, atom, isPlace(atom));
    literals =
      flags.i && repeated === atom && atom.kind === "set"
        ? literals + cursor.source.slice(from, cursor.at)
        : "";
    refuseFolded(literals);
    parts.push(repeated);
  }
  return sequence(parts);
}

function withFlags(flags: Flags, [, on, off = ""]: RegExpExecArray): Flags {
  const flag = (name: keyof Flags) => (flags[name] || on.includes(name)) && !off.includes(name);
  return {i: flag("i"), m: flag("m")};
}

function parseAtom(cursor: Cursor, flags: Flags): Pattern {
  const codePoint = character(cursor);
  switch (String.fromCodePoint(codePoint)) {
    case "(":
      return parseGroup(cursor, flags);
    case "[":
      return oneOf(parseClass(cursor, flags));
    case ".":
      return oneOf(flags.m ? ANY : complement(LINE_FEED));
    case "^":
      return LINE_START;
    case "$":
      return LINE_END;
    case "\\":
      return parseEscape(cursor, flags);
    case "*":
    case "+":
    case "?":
      throw new UnsupportedSyntax("a repeat of nothing");
    default:
      return oneOf(literal(codePoint, flags));
  }
}

const LINE_START = choice([behind(ANY, true), sequence([behind(LINE_FEED), ahead(ANY)])]);
const LINE_END = choice([ahead(LINE_FEED), ahead(ANY, true)]);

/** Whether it is `^`, `$`, `\\b` or a look at a neighbour: a place between characters. */
function isPlace(pattern: Pattern): boolean {
  return pattern.kind === "edge" || pattern.kind === "look" || PLACES.includes(pattern);
}

function parseGroup(cursor: Cursor, flags: Flags): Pattern {
  const flagged = takeMatch(cursor, /\?([im]*)(?:-([im]+))?:/y);
  if (flagged !== null) return closed(cursor, parseChoice(cursor, withFlags(flags, flagged)));
  for (const [mark, after, negative] of LOOKS)
    if (take(cursor, mark)) return lookAround(closed(cursor, parseChoice(cursor, flags)), after, negative);
  if (take(cursor, "?>")) return atomic(closed(cursor, parseChoice(cursor, flags)));
  const name = takeMatch(cursor, /\?<[\p{L}_]\w*>|\?'[\p{L}_]\w*'/uy);
  if (name === null && take(cursor, "?"))
    throw new UnsupportedSyntax(`(?${cursor.source.slice(cursor.at, cursor.at + 1)}`);
  return closed(cursor, parseChoice(cursor, flags));
}

const LOOKS = [
  ["?=", true, false],
  ["?!", true, true],
  ["?<=", false, false],
  ["?<!", false, true],
] as const;

function closed(cursor: Cursor, pattern: Pattern): Pattern {
  if (!take(cursor, ")")) throw new UnsupportedSyntax("an open bracket");
  return pattern;
}

/** A look around: at one character where that is all it is, else at what follows. */
function lookAround(body: Pattern, after: boolean, negative: boolean): Pattern {
  const isLine = body === LINE_END || body === LINE_START;
  const options = body.kind === "choice" && !isLine ? body.options : [body];
  const edges = options.map((option) => edgeOf(option, after, negative));
  if (edges.every((edge) => edge !== undefined)) return negative ? sequence(edges) : choice(edges);
  if (after) return {kind: "look", body, negative};
  throw new UnsupportedSyntax("a look behind at more than one character");
}

/** An alternative of a look around as a place, or undefined if it takes more than one character. */
function edgeOf(option: Pattern, after: boolean, negative: boolean): Pattern | undefined {
  if (option.kind === "edge") return {...option, negative: option.negative !== negative};
  if (option.kind === "set") return {kind: "edge", after, set: option.set, negative};
  return !negative && (option === LINE_END || option === LINE_START) ? option : undefined;
}

function parseEscape(cursor: Cursor, flags: Flags): Pattern {
  if (take(cursor, "w")) return oneOf(WORD);
  if (take(cursor, "W")) return oneOf(complement(WORD));
  const set = parseShorthand(cursor);
  if (set !== undefined) return oneOf(set);
  if (take(cursor, "b")) return WORD_EDGE;
  if (take(cursor, "B")) return NO_WORD_EDGE;
  if (take(cursor, "A")) return behind(ANY, true);
  if (take(cursor, "z")) return ahead(ANY, true);
  if (take(cursor, "N")) return oneOf(complement(LINE_FEED));
  if (take(cursor, "O")) return oneOf(ANY);
  return oneOf(literal(escapedCharacter(cursor), flags));
}

const WORD_EDGE = choice([
  sequence([behind(WORD), ahead(WORD, true)]),
  sequence([behind(WORD, true), ahead(WORD)]),
]);
const NO_WORD_EDGE = choice([
  sequence([behind(WORD), ahead(WORD)]),
  sequence([behind(WORD, true), ahead(WORD, true)]),
]);

const PLACES: readonly Pattern[] = [LINE_START, LINE_END, WORD_EDGE, NO_WORD_EDGE];
