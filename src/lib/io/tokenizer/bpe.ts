import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {byteFallback} from "./byte-fallback.js";
import {asArray, asFlag, asString, tokenizerProblem} from "./fields.js";
import {parseUnknownToken, parseVocabulary, type TokenModel, unknownId} from "./vocabulary.js";
import {keepingWords} from "./word-cache.js";

/**
 * A `model` of tokenizer.json of type BPE: byte-pair encoding, a vocabulary and the order in which neighbours
 * merge. (arXiv:1508.07909)
 * @throws FormatError naming the entry that is wrong, or `unsupported` for dropout and word affixes.
 */
export function parseBpe(model: JsonObject): TokenModel {
  for (const key of ["dropout", "continuing_subword_prefix", "end_of_word_suffix"]) {
    const given = model.get(key) ?? null;
    if (given !== null && given !== "" && given !== 0)
      throw tokenizerProblem("unsupported", `model.${key}`, given, "null");
  }
  const vocabulary = parseVocabulary(model.get("vocab"));
  const merges = parseMerges(model.get("merges"), vocabulary);
  const symbols = symbolizer(model, vocabulary);
  const ignoreMerges = asFlag(model.get("ignore_merges"), "model.ignore_merges");
  return {
    vocabulary,
    encode: keepingWords((piece) => {
      const whole = ignoreMerges ? vocabulary.get(piece) : undefined;
      return whole === undefined ? mergeSymbols(symbols(piece), merges) : [whole];
    }),
  };
}

/** Merges of two neighbours with their ranks; lower ranks merge first. */
interface Merge {
  readonly rank: number;
  readonly id: number;
}

/** Merges by the pair of ids as one number, and what they give by rank. */
interface Merges {
  readonly pairs: ReadonlyMap<number, Merge>;
  readonly results: readonly number[];
}

const pairKey = (left: number, right: number): number => left * 2 ** 26 + right;

function parseMerges(value: Json | undefined, vocabulary: ReadonlyMap<string, number>): Merges {
  const pairs = new Map<number, Merge>();
  const results = asArray(value, "model.merges").map((entry, rank) => {
    const field = `model.merges[${rank}]`;
    const parts = typeof entry === "string" ? entry.split(" ") : asArray(entry, field);
    if (parts.length !== 2) throw tokenizerProblem("bad-value", field, entry, "two tokens");
    const [left, right] = parts.map((part) => asString(part, field));
    const idOf = (token: string): number => {
      const id = vocabulary.get(token);
      if (id === undefined)
        throw tokenizerProblem("bad-value", field, token, "made of entries of the vocabulary");
      return id;
    };
    const id = idOf(left + right);
    pairs.set(pairKey(idOf(left), idOf(right)), {rank, id});
    return id;
  });
  return {pairs, results};
}

/** Cuts a piece into the ids of its characters: their bytes, the unknown token, or nothing where they have none. */
function symbolizer(model: JsonObject, vocabulary: ReadonlyMap<string, number>): (piece: string) => number[] {
  const fallback = asFlag(model.get("byte_fallback"), "model.byte_fallback");
  const fuse = asFlag(model.get("fuse_unk"), "model.fuse_unk");
  const unknownToken = parseUnknownToken(model);
  const bytesOf = fallback ? byteFallback(vocabulary) : () => undefined;
  return (piece) => {
    const ids: number[] = [];
    let afterUnknown = false;
    for (const character of piece) {
      const id = vocabulary.get(character);
      const known = id === undefined ? bytesOf(character) : [id];
      if (known !== undefined) for (const each of known) ids.push(each);
      else if (unknownToken !== null && !(fuse && afterUnknown))
        ids.push(unknownId(unknownToken, vocabulary, character));
      afterUnknown = known === undefined;
    }
    return ids;
  };
}

/**
 * Merges neighbours, the lowest rank first and the leftmost of equals, until none can. A heap over a linked list:
 * some tokenizers take a whole text as one piece, for which trying every pair after every merge takes forever.
 */
function mergeSymbols(ids: number[], {pairs, results}: Merges): number[] {
  const next = ids.map((_, i) => i + 1);
  const previous = ids.map((_, i) => i - 1);
  const heap: number[] = [];
  const mergeAt = (at: number): Merge | undefined => {
    const right = next[at];
    return right < ids.length ? pairs.get(pairKey(ids[at], ids[right])) : undefined;
  };
  const offer = (at: number): void => {
    const merge = at < 0 ? undefined : mergeAt(at);
    if (merge !== undefined) push(heap, merge.rank * PLACES + at);
  };
  for (let at = 0; at < ids.length; at++) offer(at);
  for (let top = pop(heap); top !== undefined; top = pop(heap)) {
    const at = top % PLACES;
    const id = results[Math.floor(top / PLACES)];
    // Since it was offered, either half may have merged with its other neighbour.
    if (ids[at] === GONE || mergeAt(at)?.id !== id) continue;
    const right = next[at];
    ids[at] = id;
    ids[right] = GONE;
    next[at] = next[right];
    if (next[at] < ids.length) previous[next[at]] = at;
    offer(previous[at]);
    offer(at);
  }
  return ids.filter((id) => id !== GONE);
}

const GONE = -1;

/** Rank and place of a possible merge make one number, so that the heap sorts by both and holds no objects. */
const PLACES = 2 ** 28;

function push(heap: number[], item: number): void {
  let hole = heap.length;
  heap.push(item);
  while (hole > 0 && item < heap[(hole - 1) >> 1]) {
    heap[hole] = heap[(hole - 1) >> 1];
    hole = (hole - 1) >> 1;
  }
  heap[hole] = item;
}

function pop(heap: number[]): number | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  let hole = 0;
  for (let child = 1; child < heap.length; child = 2 * hole + 1) {
    if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= last) break;
    heap[hole] = heap[child];
    hole = child;
  }
  heap[hole] = last;
  return top;
}
