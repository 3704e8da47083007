/** The segments that corpus documents are made of: each writer appends one to a draft, without its separator. */
import {type RandomStream, shuffled} from "../tensor/random.js";
import {nextFiller, pick} from "./filler.js";
import {fillers, keys, marker, values} from "./vocabulary.js";

/** One `query k v1 v2`: `key` stands at `position`, its values at the two positions after it. */
export interface Query {
  readonly position: number;
  readonly key: number;
  /** Position of the first value of the fact that answers the query, however many aliases lie between. */
  readonly source: number;
  /** 1 for a key of a fact, one more for each alias on the way to it. */
  readonly hops: number;
}

/** Binding of a key: its values, the position where they were written, and the hops to that place. */
interface Binding {
  readonly values: readonly [number, number];
  readonly source: number;
  readonly hops: number;
}

interface Name {
  readonly phrase: readonly number[];
  readonly parts: readonly number[];
}

/** A document being written. `answers`, `copies` and `queries` hold positions in `tokens`. */
export interface Draft {
  readonly stream: RandomStream;
  readonly topic: number;
  readonly tokens: number[];
  readonly answers: number[];
  readonly copies: number[];
  readonly queries: Query[];
  readonly bindings: Map<number, Binding>;
  readonly names: Name[];
  facts: number;
  word: number;
  span: readonly number[];
}

/** A function that adds one segment to a draft. */
export type SegmentWriter = (draft: Draft) => void;

/** Most facts of a document; an update is no new fact. */
const MOST_FACTS = 24;

/** True if the draft has room for a segment of `writer`: facts are limited, and every alias needs a new key. */
export function hasRoom({bindings, facts}: Draft, writer: SegmentWriter): boolean {
  if (writer === writeFact) return facts < MOST_FACTS && bindings.size < keys.size;
  return writer !== writeAlias || bindings.size < keys.size;
}

/** Adds a fact: a new key with two values. */
export function writeFact(draft: Draft): void {
  bindNewValues(draft, newKey(draft));
  draft.facts += 1;
}

/** Writes a known key with other values, which hold from here on. Aliases of the key keep the old ones. */
export function writeUpdate(draft: Draft): void {
  bindNewValues(draft, knownKey(draft)[0]);
}

/** Adds a query of a known key with its answer tokens. */
export function writeQuery(draft: Draft): void {
  const {tokens, answers, queries} = draft;
  const [key, {values: pair, source, hops}] = knownKey(draft);
  append(tokens, [marker.query, key, ...pair]);
  answers.push(tokens.length - 2, tokens.length - 1);
  queries.push({position: tokens.length - 3, key, source, hops});
}

/** Adds an alias: a new key that stands for a known one. */
export function writeAlias(draft: Draft): void {
  const key = newKey(draft);
  const [known, binding] = knownKey(draft);
  draft.tokens.push(marker.alias, key, marker.equals, known);
  draft.bindings.set(key, {...binding, hops: binding.hops + 1});
}

/** A new span of 4 to 8 values, or the last one again. */
export function writeCopy(draft: Draft): void {
  const {stream, tokens, span} = draft;
  tokens.push(marker.copy);
  if (span.length === 0 || stream.uniform() < 0.35) {
    draft.span = Array.from({length: 4 + stream.integer(5)}, () => pick(stream, values));
    append(tokens, draft.span);
    return;
  }
  tokens.push(span[0]);
  pushCopies(draft, span.slice(1));
}

/** A name of 3 to 5 values after a phrase of three keys, or a phrase that was there before and its name again. */
export function writeName(draft: Draft): void {
  const {stream, tokens, names} = draft;
  tokens.push(marker.copy);
  if (names.length === 0 || stream.uniform() < 0.5) {
    const phrase = Array.from({length: 3}, () => pick(stream, keys));
    const parts = Array.from({length: 3 + stream.integer(3)}, () => pick(stream, values));
    append(tokens, [...phrase, ...parts]);
    names.push({phrase, parts});
    return;
  }
  const {phrase, parts} = names[stream.integer(names.length)];
  append(tokens, phrase);
  pushCopies(draft, parts);
}

/** Four words in random order, one of them 4 to 6 times and the others once or twice; then the most common one. */
export function writeTally(draft: Draft): void {
  const {stream, tokens, answers} = draft;
  const [common, ...others] = distinctFillers(4, stream);
  const list = Array.from({length: 4 + stream.integer(3)}, () => common);
  for (const word of others) append(list, Array(1 + stream.integer(2)).fill(word));
  append(tokens, [marker.tally, ...shuffled(list, stream), marker.most, common]);
  answers.push(tokens.length - 1);
}

/** Adds a stretch of filler text of the document's topic. */
export function writeFiller(draft: Draft): void {
  const {stream, topic, tokens} = draft;
  for (let left = 5 + stream.integer(11); left > 0; left--) {
    tokens.push(draft.word);
    draft.word = nextFiller(topic, draft.word, stream);
  }
}

/** `count` filler words, no two alike. */
export function distinctFillers(count: number, stream: RandomStream): number[] {
  const words = new Set<number>();
  while (words.size < count) words.add(pick(stream, fillers));
  return [...words];
}

function bindNewValues({stream, tokens, bindings}: Draft, key: number): void {
  const pair = [pick(stream, values), pick(stream, values)] as const;
  append(tokens, [marker.fact, key, ...pair]);
  bindings.set(key, {values: pair, source: tokens.length - 2, hops: 1});
}

function append(tokens: number[], more: readonly number[]): void {
  for (const token of more) tokens.push(token);
}

function pushCopies({tokens, copies}: Draft, span: readonly number[]): void {
  for (const token of span) {
    copies.push(tokens.length);
    tokens.push(token);
  }
}

function newKey({stream, bindings}: Draft): number {
  for (;;) {
    const key = pick(stream, keys);
    if (!bindings.has(key)) return key;
  }
}

function knownKey({stream, bindings}: Draft): [number, Binding] {
  return [...bindings][stream.integer(bindings.size)];
}
