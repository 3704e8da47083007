import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {asArray, asFlag, asString, tokenizerProblem} from "./fields.js";
import {parseUnknownToken, parseVocabulary, type TokenModel, unknownId} from "./vocabulary.js";

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
    encode(piece) {
      const whole = ignoreMerges ? vocabulary.get(piece) : undefined;
      return whole === undefined ? mergeSymbols(symbols(piece), merges) : [whole];
    },
  };
}

/** What two neighbours become; lower ranks merge first. */
interface Merge {
  readonly rank: number;
  readonly id: number;
}

/** Merges by the pair of ids as one number. */
type Merges = ReadonlyMap<number, Merge>;

const pairKey = (left: number, right: number): number => left * 2 ** 26 + right;

function parseMerges(value: Json | undefined, vocabulary: ReadonlyMap<string, number>): Merges {
  const merges = new Map<number, Merge>();
  asArray(value, "model.merges").forEach((entry, rank) => {
    const field = `model.merges[${rank}]`;
    const parts = typeof entry === "string" ? entry.split(" ") : asArray(entry, field);
    if (parts.length !== 2) throw tokenizerProblem("bad-value", field, entry, "two tokens");
    const [left, right] = parts.map((part) => asString(part, field)) as [string, string];
    const idOf = (token: string): number => {
      const id = vocabulary.get(token);
      if (id === undefined)
        throw tokenizerProblem("bad-value", field, token, "made of entries of the vocabulary");
      return id;
    };
    merges.set(pairKey(idOf(left), idOf(right)), {rank, id: idOf(left + right)});
  });
  return merges;
}

/** Cuts a piece into the ids of its characters: their bytes, the unknown token, or nothing where they have none. */
function symbolizer(model: JsonObject, vocabulary: ReadonlyMap<string, number>): (piece: string) => number[] {
  const byteFallback = asFlag(model.get("byte_fallback"), "model.byte_fallback");
  const fuse = asFlag(model.get("fuse_unk"), "model.fuse_unk");
  const unknownToken = parseUnknownToken(model);
  const bytesOf = (character: string): number[] | undefined => {
    if (!byteFallback) return undefined;
    const ids = Array.from(new TextEncoder().encode(character), (byte) =>
      vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
    );
    return ids.includes(undefined) ? undefined : (ids as number[]);
  };
  return (piece) => {
    const ids: number[] = [];
    let afterUnknown = false;
    for (const character of piece) {
      const id = vocabulary.get(character);
      const known = id === undefined ? bytesOf(character) : [id];
      if (known !== undefined) ids.push(...known);
      else if (unknownToken !== null && !(fuse && afterUnknown))
        ids.push(unknownId(unknownToken, vocabulary, character));
      afterUnknown = known === undefined;
    }
    return ids;
  };
}

/** Two neighbours that may merge: where the left one stands, and what they become. */
interface Candidate extends Merge {
  readonly at: number;
}

/**
 * Merges neighbours, the lowest rank first and the leftmost of equals, until none can. A heap over a linked list:
 * some tokenizers take a whole text as one piece, for which trying every pair after every merge takes forever.
 */
function mergeSymbols(ids: number[], merges: Merges): number[] {
  const next = ids.map((_, i) => i + 1);
  const previous = ids.map((_, i) => i - 1);
  const heap: Candidate[] = [];
  const offer = (at: number): void => {
    const merge = at < 0 ? undefined : merges.get(pairKey(ids[at]!, ids[next[at]!] ?? -1));
    if (merge !== undefined) push(heap, {...merge, at});
  };
  for (let at = 0; at + 1 < ids.length; at++) offer(at);
  for (let top = pop(heap); top !== undefined; top = pop(heap)) {
    const {at, id} = top;
    const right = next[at]!;
    // Since it was offered, either half may have merged with its other neighbour.
    if (ids[at] === GONE || right >= ids.length || merges.get(pairKey(ids[at]!, ids[right]!))?.id !== id)
      continue;
    ids[at] = id;
    ids[right] = GONE;
    next[at] = next[right]!;
    if (next[at]! < ids.length) previous[next[at]!] = at;
    offer(previous[at]!);
    offer(at);
  }
  return ids.filter((id) => id !== GONE);
}

const GONE = -1;

const before = (a: Candidate, b: Candidate): boolean => a.rank < b.rank || (a.rank === b.rank && a.at < b.at);

function push(heap: Candidate[], item: Candidate): void {
  let hole = heap.length;
  while (hole > 0 && before(item, heap[(hole - 1) >> 1]!)) {
    heap[hole] = heap[(hole - 1) >> 1]!;
    hole = (hole - 1) >> 1;
  }
  heap[hole] = item;
}

function pop(heap: Candidate[]): Candidate | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  let hole = 0;
  for (let child = 1; child < heap.length; child = 2 * hole + 1) {
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[hole] = heap[child]!;
    hole = child;
  }
  heap[hole] = last;
  return top;
}
