import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {byteFallback} from "./byte-fallback.js";
import {asArray, asFlag, asId, asString, tokenizerProblem, workLimit} from "./fields.js";
import {MOST_UNITS, type Trie, trie} from "./trie.js";
import type {TokenModel} from "./vocabulary.js";
import {keepingWords} from "./word-cache.js";

/** How much less likely than the least likely entry a character without one is, as a difference of logarithms. */
const UNKNOWN_PENALTY = 10;

/** Entries with the logarithms of their probabilities, in the order of their ids. */
interface Entries {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly scores: readonly number[];
  readonly tokens: readonly string[];
}

/**
 * A `model` of tokenizer.json of type Unigram: of all ways to cut a text into entries the one whose probabilities have
 * the largest product, found by Viterbi's algorithm. (arXiv:1804.10959, section 3.2)
 * @throws FormatError naming the entry that is wrong.
 */
export function parseUnigram(model: JsonObject): TokenModel {
  const entries = parseEntries(model.get("vocab"));
  const unknown = parseUnknown(model.get("unk_id") ?? null, entries);
  const tokens = trie(entries.vocabulary);
  if (tokens === undefined)
    throw tokenizerProblem("too-large", "model.vocab", "more", `at most ${MOST_UNITS} characters in all`);
  const bytesOf = asFlag(model.get("byte_fallback"), "model.byte_fallback")
    ? byteFallback(entries.vocabulary)
    : () => undefined;
  const least = entries.scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY);
  const best = bestCuts(tokens, entries.scores, {unknown, unknownScore: least - UNKNOWN_PENALTY});
  return {
    vocabulary: entries.vocabulary,
    entries: entries.tokens.map((token, id) => [token, id] as const),
    encode: keepingWords((piece) =>
      best(piece).flatMap((token) => {
        const id = entries.vocabulary.get(token);
        return id === undefined ? (bytesOf(token) ?? unknownOf(unknown, token)) : [id];
      }),
    ),
  };
}

function parseEntries(value: Json | undefined): Entries {
  const vocabulary = new Map<string, number>();
  const tokens: string[] = [];
  const scores = asArray(value, "model.vocab").map((entry, id) => {
    const field = `model.vocab[${id}]`;
    const [token, score] = asArray(entry, field);
    if (typeof score !== "number" || Number.isNaN(score))
      throw tokenizerProblem("bad-value", field, score, "a token and the logarithm of its probability");
    tokens.push(asString(token, field));
    vocabulary.set(tokens[id], asId(id, field));
    return score;
  });
  return {vocabulary, scores, tokens};
}

function parseUnknown(value: Json, {scores}: Entries): number | null {
  if (value === null) return null;
  const id = asId(value, "model.unk_id");
  if (id < scores.length) return id;
  throw tokenizerProblem("bad-value", "model.unk_id", id, `an id below ${scores.length}`);
}

function unknownOf(unknown: number | null, text: string): number[] {
  if (unknown !== null) return [unknown];
  throw new RangeError(
    `encode: text must be made of entries of the vocabulary, since it has no unknown token, got ${text.slice(0, 80)}`,
  );
}

interface Unknown {
  readonly unknown: number | null;
  readonly unknownScore: number;
}

/** The most probable cut of a text, characters without an entry in a row as one. */
function bestCuts(tokens: Trie, scores: readonly number[], {unknown, unknownScore}: Unknown) {
  return (text: string): string[] => {
    const work = workLimit("model.vocab", text.length);
    // For each place: the best score of a cut up to it, where its last token begins, and that token.
    const sums = new Float64Array(text.length + 1);
    const starts = new Int32Array(text.length + 1).fill(-1);
    const ids = new Int32Array(text.length + 1);
    const offer = (start: number, end: number, id: number, score: number): void => {
      if (starts[end] >= 0 && sums[start] + score <= sums[end]) return;
      sums[end] = sums[start] + score;
      starts[end] = start;
      ids[end] = id;
    };
    for (let start = 0; start < text.length; ) {
      const next = start + (text.codePointAt(start)! > 0xffff ? 2 : 1);
      let hasSingle = false;
      work(
        tokens.prefixes(text, start, (end, id) => {
          offer(start, end, id, scores[id]);
          hasSingle ||= end === next;
        }),
      );
      if (!hasSingle) {
        if (unknown === null) unknownOf(unknown, text.slice(start, next));
        offer(start, next, unknown!, unknownScore);
      }
      start = next;
    }
    return cutsBack(text, starts, ids, unknown);
  };
}

/** The tokens of the way back from the end, neighbours that are unknown joined. */
function cutsBack(text: string, starts: Int32Array, ids: Int32Array, unknown: number | null): string[] {
  const cuts: string[] = [];
  for (let end = text.length; end > 0; ) {
    let start = starts[end];
    const isUnknown = ids[end] === unknown;
    while (isUnknown && start > 0 && ids[start] === unknown) start = starts[start];
    cuts.push(text.slice(start, end));
    end = start;
  }
  return cuts.reverse();
}
