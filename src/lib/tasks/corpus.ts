/**
 * The mixed retrieval corpus: documents of facts, queries, aliases, copied spans and filler. Queries are needle
 * retrieval, their two-token values reward induction, an alias makes the query two-hop (variable tracking),
 * a repeated span asks for local copying, and the filler is a Markov chain of one topic per document.
 */
import {type RandomStream, randomStream} from "../tensor/random.js";
import {fillers, type IdRange, keys, marker, values} from "./vocabulary.js";

/** Train, validation and test documents come from streams with different labels: no split sees another's draws. */
export type Split = "train" | "validation" | "test";

/** One `query k v1 v2`: `key` stands at `position`, its values at the two positions after it. */
export interface Query {
  readonly position: number;
  readonly key: number;
  /** Where the first value of the fact stands that answers the query, however many aliases lie between. */
  readonly source: number;
  /** 1 for a key of a fact, one more for each alias on the way to it. */
  readonly hops: number;
}

/** `tokens` holds context + 1 ids: the first `context` are read, the last `context` predicted. */
export interface CorpusDocument {
  readonly tokens: Uint8Array;
  readonly topic: number;
  /** Positions of the tokens that a query determines: its two values. */
  readonly answers: readonly number[];
  /** Positions of the tokens that a repeated span determines: all but its first. */
  readonly copies: readonly number[];
  readonly queries: readonly Query[];
}

export const topicCount = 8;
const SUCCESSOR_SHARES = [0.5, 0.25, 0.15, 0.1];
const MOST_FACTS = 24;
const WORLD_SEED = 20_251;

/** What a key stands for: its values, where they were first written, and the hops to that place. */
interface Binding {
  readonly values: readonly [number, number];
  readonly source: number;
  readonly hops: number;
}

interface Draft {
  readonly stream: RandomStream;
  readonly topic: number;
  readonly tokens: number[];
  readonly answers: number[];
  readonly copies: number[];
  readonly queries: Query[];
  readonly bindings: Map<number, Binding>;
  facts: number;
  word: number;
  span: readonly number[];
}

/**
 * Document `index` of `split`, of `context` + 1 tokens; the same arguments give the same document for ever.
 * @throws RangeError unless `index` is an integer of at least 0 and `context` one of at least 1.
 */
export function corpusDocument(
  split: Split,
  index: number,
  {context = 128, seed = 0}: {context?: number; seed?: number} = {},
): CorpusDocument {
  atLeast("index", index, 0);
  atLeast("context", context, 1);
  const stream = randomStream(seed, `corpus/${split}/${index}`);
  const draft: Draft = {
    stream,
    topic: stream.integer(topicCount),
    tokens: [marker.begin],
    answers: [],
    copies: [],
    queries: [],
    bindings: new Map(),
    facts: 0,
    word: pick(stream, fillers),
    span: [],
  };
  while (draft.tokens.length < context + 1) {
    chooseSegment(draft)(draft);
    draft.tokens.push(marker.separator);
  }
  const inside = (position: number) => position <= context;
  return {
    tokens: Uint8Array.from(draft.tokens.slice(0, context + 1)),
    topic: draft.topic,
    answers: draft.answers.filter(inside),
    copies: draft.copies.filter(inside),
    queries: draft.queries.filter(({position}) => inside(position)),
  };
}

/** The weight of every token's cross-entropy in training: 4 where the document determines it, else 1. */
export function lossWeights({tokens, answers, copies}: CorpusDocument): Float32Array {
  const weights = new Float32Array(tokens.length).fill(1);
  for (const position of [...answers, ...copies]) weights[position] = 4;
  return weights;
}

/** The filler words that may follow `word` in `topic`, most likely first, and their probabilities. */
export function successors(topic: number, word: number): {words: readonly number[]; shares: readonly number[]} {
  const row = (topic * fillers.size + (word - fillers.first)) * SUCCESSOR_SHARES.length;
  return {words: [...world.subarray(row, row + SUCCESSOR_SHARES.length)], shares: SUCCESSOR_SHARES};
}

/** The filler word after `word`, drawn from the chain of `topic`. */
export function nextFiller(topic: number, word: number, stream: RandomStream): number {
  const {words, shares} = successors(topic, word);
  let left = stream.uniform();
  const chosen = shares.findIndex((share) => (left -= share) < 0);
  return words.at(chosen) as number;
}

/** The fixed world: four successors for every filler word of every topic, with repetition. */
const world = (() => {
  const stream = randomStream(WORLD_SEED, "corpus/world");
  const size = topicCount * fillers.size * SUCCESSOR_SHARES.length;
  return Uint8Array.from({length: size}, () => pick(stream, fillers));
})();

function chooseSegment({stream, bindings, facts}: Draft): (draft: Draft) => void {
  if (facts === 0) return writeFact;
  for (;;) {
    const u = stream.uniform();
    if (u < 0.27) {
      if (facts < MOST_FACTS && bindings.size < keys.size) return writeFact;
    } else if (u < 0.6) return writeQuery;
    else if (u < 0.68) {
      if (bindings.size < keys.size) return writeAlias;
    } else return u < 0.78 ? writeCopy : writeFiller;
  }
}

function writeFact(draft: Draft): void {
  const {stream, tokens, bindings} = draft;
  const key = newKey(draft);
  const pair = [pick(stream, values), pick(stream, values)] as const;
  tokens.push(marker.fact, key, ...pair);
  bindings.set(key, {values: pair, source: tokens.length - 2, hops: 1});
  draft.facts += 1;
}

function writeQuery(draft: Draft): void {
  const {tokens, answers, queries} = draft;
  const [key, {values: pair, source, hops}] = knownKey(draft);
  tokens.push(marker.query, key, ...pair);
  answers.push(tokens.length - 2, tokens.length - 1);
  queries.push({position: tokens.length - 3, key, source, hops});
}

function writeAlias(draft: Draft): void {
  const key = newKey(draft);
  const [known, binding] = knownKey(draft);
  draft.tokens.push(marker.alias, key, marker.equals, known);
  draft.bindings.set(key, {...binding, hops: binding.hops + 1});
}

function writeCopy(draft: Draft): void {
  const {stream, tokens, copies, span} = draft;
  tokens.push(marker.copy);
  if (span.length === 0 || stream.uniform() < 0.35) {
    draft.span = Array.from({length: 4 + stream.integer(5)}, () => pick(stream, values));
    tokens.push(...draft.span);
    return;
  }
  for (const [place, token] of span.entries()) {
    if (place > 0) copies.push(tokens.length);
    tokens.push(token);
  }
}

function writeFiller(draft: Draft): void {
  const {stream, topic, tokens} = draft;
  for (let left = 5 + stream.integer(11); left > 0; left--) {
    tokens.push(draft.word);
    draft.word = nextFiller(topic, draft.word, stream);
  }
}

function newKey({stream, bindings}: Draft): number {
  for (;;) {
    const key = pick(stream, keys);
    if (!bindings.has(key)) return key;
  }
}

function knownKey({stream, bindings}: Draft): [number, Binding] {
  return [...bindings][stream.integer(bindings.size)] as [number, Binding];
}

function pick(stream: RandomStream, {first, size}: IdRange): number {
  return first + stream.integer(size);
}

function atLeast(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`corpusDocument: ${name} must be an integer of at least ${least}, got ${value}`);
  }
}
