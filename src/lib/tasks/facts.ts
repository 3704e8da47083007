/** Facts of RULER's retrieval tasks in the words of the corpus: a fact is a needle, a query at the end asks for it. */
import {shuffled} from "../tensor/random.js";
import {pick} from "./filler.js";
import {type Haystack, haystackWith} from "./haystack.js";
import {roomFor, type SampleRequest} from "./task.js";
import {keys, marker, values} from "./vocabulary.js";

/** The two values of a fact, as token ids. */
export type Pair = readonly [number, number];

/** The needle `fact key v1 v2` with its separator. */
export function fact(key: number, pair: Pair): number[] {
  return [marker.fact, key, ...pair, marker.separator];
}

/** `count` keys, no two alike. */
export function newKeys(count: number, {stream}: SampleRequest): number[] {
  const all = Array.from({length: keys.size}, (_, i) => keys.first + i);
  return shuffled(all, stream).slice(0, count);
}

/** The two values of a fact. */
export function newPair({stream}: SampleRequest): Pair {
  return [pick(stream, values), pick(stream, values)];
}

/** The needles in a haystack that fills the context, then a query and its answer for each of `wanted`. */
export function asked(
  needles: readonly (readonly number[])[],
  wanted: readonly {readonly key: number; readonly pair: Pair}[],
  request: SampleRequest,
  haystack?: Haystack,
): {prompt: number[]; answer: readonly number[]}[] {
  // A query is `query key v1 v2`; all but the last end in a separator.
  const room = roomFor(needles.flat().length + 5 * wanted.length - 1, request);
  const text = haystackWith(needles, room, request.stream, haystack);
  return wanted.map(({key, pair}, turn) => {
    const before = turn === 0 ? text : [marker.separator];
    return {prompt: [...before, marker.query, key], answer: pair};
  });
}
