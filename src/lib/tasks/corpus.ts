/**
 * The mixed retrieval corpus: documents of facts, queries, aliases, copied spans and filler. Queries are needle
 * retrieval, their two-token values reward induction, an alias makes the query two-hop (variable tracking),
 * a repeated span asks for local copying, and the filler is a Markov chain of one topic per document.
 */
import {randomStream} from "../tensor/random.js";
import {pick, topicCount} from "./filler.js";
import {
  type Draft,
  hasRoom,
  type Query,
  type SegmentWriter,
  writeAlias,
  writeCopy,
  writeFact,
  writeFiller,
  writeName,
  writeQuery,
  writeTally,
  writeUpdate,
} from "./segments.js";
import {fillers, marker} from "./vocabulary.js";

/** Train, validation and test documents come from streams with different labels: no split sees another's draws. */
export type Split = "train" | "validation" | "test";

/**
 * Segments of a document: `retrieval` facts, queries, aliases, copies and filler; `tasks` all of them
 * and also updated facts, names after a phrase and tallies, so that a model meets every task of this folder.
 */
export type Mix = "retrieval" | "tasks";

/** `tokens` holds context + 1 ids: the first `context` are read, the last `context` predicted. */
export interface CorpusDocument {
  readonly tokens: Uint8Array;
  readonly topic: number;
  /** Positions of the tokens that a query or a tally determines. */
  readonly answers: readonly number[];
  /** Positions of the tokens that a repeated span (all but its first) or a repeated phrase determines. */
  readonly copies: readonly number[];
  readonly queries: readonly Query[];
}

/** Options of the documents of the corpus. */
export interface CorpusOptions {
  readonly context?: number;
  readonly seed?: number;
  readonly mix?: Mix;
}

/** Segments with the upper end of their share of [0, 1). */
const MIXES: Readonly<Record<Mix, readonly (readonly [number, SegmentWriter])[]>> = {
  retrieval: [
    [0.27, writeFact],
    [0.6, writeQuery],
    [0.68, writeAlias],
    [0.78, writeCopy],
    [1, writeFiller],
  ],
  tasks: [
    [0.25, writeFact],
    [0.57, writeQuery],
    [0.65, writeAlias],
    [0.73, writeCopy],
    [0.77, writeUpdate],
    [0.82, writeName],
    [0.86, writeTally],
    [1, writeFiller],
  ],
};

/**
 * Document `index` of `split`, of `context` + 1 tokens; the same arguments give the same document for ever.
 * @throws RangeError unless `index` is an integer of at least 0 and `context` one of at least 1.
 */
export function corpusDocument(
  split: Split,
  index: number,
  {context = 128, seed = 0, mix = "retrieval"}: CorpusOptions = {},
): CorpusDocument {
  atLeast("index", index, 0);
  atLeast("context", context, 1);
  const draft = newDraft(seed, `corpus/${split}/${index}`);
  while (draft.tokens.length < context + 1) {
    chooseSegment(draft, mix)(draft);
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

/** The weight of every token's cross-entropy in training: 4 for answer tokens, which the document determines, else 1. */
export function lossWeights({tokens, answers, copies}: CorpusDocument): Float32Array {
  const weights = new Float32Array(tokens.length).fill(1);
  for (const position of [...answers, ...copies]) weights[position] = 4;
  return weights;
}

function newDraft(seed: number, label: string): Draft {
  const stream = randomStream(seed, label);
  return {
    stream,
    topic: stream.integer(topicCount),
    word: pick(stream, fillers),
    tokens: [marker.begin],
    answers: [],
    copies: [],
    queries: [],
    bindings: new Map(),
    names: [],
    facts: 0,
    span: [],
  };
}

function chooseSegment(draft: Draft, mix: Mix): SegmentWriter {
  if (draft.facts === 0) return writeFact;
  for (;;) {
    const u = draft.stream.uniform();
    const writer = MIXES[mix].find(([end]) => u < end)?.[1] as SegmentWriter;
    if (hasRoom(draft, writer)) return writer;
  }
}

function atLeast(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`corpusDocument: ${name} must be an integer of at least ${least}, got ${value}`);
  }
}
