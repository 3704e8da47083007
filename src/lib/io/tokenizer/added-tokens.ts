import type {Json} from "../strict-json.js";
import {asArray, asFlag, asId, asObject, asString, tokenizerProblem, workLimit} from "./fields.js";
import {RUST_WORD, SPACE} from "./pattern/character-set.js";
import {MOST_UNITS, trie} from "./trie.js";

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
    const flag = (key: string, byDefault = false) => {
      const value = token.get(key);
      // Names of fields are for errors alone: hundreds of thousands of tokens have five flags each.
      return typeof value === "boolean" ? value : asFlag(value, `${field}.${key}`, byDefault);
    };
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

/** Cuts a text at added tokens: the leftmost first and, of those that start together, the longest. */
export function addedTokenSplitter(tokens: readonly AddedToken[]): (text: string) => Piece[] {
  const byPlace = tokens.filter(({content}) => content !== "");
  if (byPlace.length === 0) return (text) => (text === "" ? [] : [{text, offset: 0}]);
  const occurrences = occurrenceFinder(byPlace);
  return (text) => {
    const pieces: Piece[] = [];
    let end = 0;
    for (const {start, stop, token} of occurrences(text)) {
      if (start < end || (token.singleWord && !standsAlone(text, start, stop))) continue;
      const from = token.lstrip ? start - spaceBefore(text, end, start) : start;
      if (from > end) pieces.push({text: text.slice(end, from), offset: end});
      end = token.rstrip ? stop + spaceAfter(text, stop) : stop;
      pieces.push({text: text.slice(from, end), offset: from, id: token.id});
    }
    if (end < text.length) pieces.push({text: text.slice(end), offset: end});
    return pieces;
  };
}

interface Occurrence {
  readonly start: number;
  readonly stop: number;
  readonly token: AddedToken;
}

/** Where tokens stand in a text, from the left, none over another. Of those with the same content the last counts. */
function occurrenceFinder(tokens: readonly AddedToken[]): (text: string) => Iterable<Occurrence> {
  const places = new Map<string, number>();
  for (let place = 0; place < tokens.length; place++) places.set(tokens[place].content, place);
  const known = trie(places);
  if (known === undefined)
    throw tokenizerProblem("too-large", "added_tokens", "more", `at most ${MOST_UNITS} characters in all`);
  return function* (text) {
    const work = workLimit("added_tokens", text.length);
    for (let start = 0; start < text.length; ) {
      let [stop, place] = [-1, -1];
      work(
        known.prefixes(text, start, (end, found) => {
          [stop, place] = [end, found];
        }),
      );
      if (place >= 0) yield {start, stop, token: tokens[place]};
      start = place >= 0 ? stop : start + (text.codePointAt(start)! > 0xffff ? 2 : 1);
    }
  };
}

function standsAlone(text: string, start: number, stop: number): boolean {
  const before = Array.from(text.slice(Math.max(0, start - 2), start)).at(-1);
  const after = text.codePointAt(stop);
  const isWord = (codePoint: number | undefined) => codePoint !== undefined && RUST_WORD(codePoint);
  return !isWord(before?.codePointAt(0)) && !isWord(after);
}

/** Units of white space before `stop`, none before `start`. White space is never more than one unit. */
function spaceBefore(text: string, start: number, stop: number): number {
  let from = stop;
  while (from > start && SPACE(text.charCodeAt(from - 1))) from--;
  return stop - from;
}

function spaceAfter(text: string, start: number): number {
  let end = start;
  while (end < text.length && SPACE(text.charCodeAt(end))) end++;
  return end - start;
}
