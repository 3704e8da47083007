import type {Json} from "../strict-json.js";
import {asArray, asFlag, asId, asObject, asString} from "./fields.js";
import {oniguruma} from "./pattern.js";

/** A token that is found in the text as it is written, before anything is split. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Found in the normalized text, itself normalized; else in the text as it was given. */
  readonly normalized: boolean;
  /** Found only where no word character touches it. */
  readonly singleWord: boolean;
  /** Takes the white space before, after it along. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

/** The `added_tokens` of tokenizer.json. */
export function parseAddedTokens(value: Json | undefined): readonly AddedToken[] {
  return asArray(value ?? [], "added_tokens").map((entry, index) => {
    const field = `added_tokens[${index}]`;
    const token = asObject(entry, field);
    const flag = (key: string, byDefault = false) => asFlag(token.get(key), `${field}.${key}`, byDefault);
    const special = flag("special");
    return {
      special,
      id: asId(token.get("id"), `${field}.id`),
      content: asString(token.get("content"), `${field}.content`),
      normalized: flag("normalized", !special),
      singleWord: flag("single_word"),
      lstrip: flag("lstrip"),
      rstrip: flag("rstrip"),
    };
  });
}

/** A stretch of the text: an added token, or text (then `id` is undefined) that starts at `offset`. */
export interface Piece {
  readonly text: string;
  readonly offset: number;
  readonly id?: number;
}

const SPACE_BEFORE = oniguruma("\\s*$", "added_tokens");
const SPACE_AFTER = oniguruma("\\s*", "added_tokens");
const WORD_END = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]$/u;
const WORD_START = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]/u;

/** Cuts a text at added tokens: the leftmost first and, of those that start together, the longest. */
export function addedTokenSplitter(tokens: readonly AddedToken[]): (text: string) => Piece[] {
  const byContent = new Map(
    tokens.filter(({content}) => content !== "").map((token) => [token.content, token]),
  );
  if (byContent.size === 0) return (text) => (text === "" ? [] : [{text, offset: 0}]);
  const lengths = lengthsByStart(byContent.keys());
  return (text) => {
    const pieces: Piece[] = [];
    let end = 0;
    for (const {start, content} of occurrences(text, byContent, lengths)) {
      const token = byContent.get(content)!;
      const stop = start + content.length;
      if (start < end || (token.singleWord && !standsAlone(text, start, stop))) continue;
      const from = token.lstrip ? Math.max(end, start - spaceBefore(text.slice(end, start))) : start;
      if (from > end) pieces.push({text: text.slice(end, from), offset: end});
      end = token.rstrip ? stop + spaceAfter(text, stop) : stop;
      pieces.push({text: text.slice(from, end), offset: from, id: token.id});
    }
    if (end < text.length) pieces.push({text: text.slice(end), offset: end});
    return pieces;
  };
}

/** The lengths of texts by their first unit, longest first: with 300,000 of them a pattern takes seconds to be made. */
function lengthsByStart(texts: Iterable<string>): ReadonlyMap<string, readonly number[]> {
  const lengths = new Map<string, Set<number>>();
  for (const text of texts)
    lengths.set(text[0], (lengths.get(text[0]) ?? new Set<number>()).add(text.length));
  return new Map(Array.from(lengths, ([start, found]) => [start, Array.from(found).sort((a, b) => b - a)]));
}

/** Where known texts stand in a text, from the left, none over another. */
function* occurrences(
  text: string,
  known: ReadonlyMap<string, unknown>,
  lengths: ReadonlyMap<string, readonly number[]>,
): Generator<{readonly start: number; readonly content: string}> {
  for (let start = 0; start < text.length; ) {
    const fitting = lengths.get(text[start])?.filter((length) => start + length <= text.length);
    const length = fitting?.find((each) => known.has(text.slice(start, start + each)));
    if (length !== undefined) yield {start, content: text.slice(start, start + length)};
    start += length ?? (text.codePointAt(start)! > 0xffff ? 2 : 1);
  }
}

function standsAlone(text: string, start: number, stop: number): boolean {
  return (
    !WORD_END.test(text.slice(Math.max(0, start - 2), start)) && !WORD_START.test(text.slice(stop, stop + 2))
  );
}

function spaceBefore(text: string): number {
  return text.length - text.search(SPACE_BEFORE);
}

function spaceAfter(text: string, from: number): number {
  SPACE_AFTER.lastIndex = from;
  const match = SPACE_AFTER.exec(text);
  return match?.index === from ? match[0].length : 0;
}
