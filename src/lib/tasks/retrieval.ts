/**
 * RULER's retrieval tasks in the words of the corpus (arXiv:2404.06654, section 3): a fact is a needle, a query
 * at the end asks for it, and the haystack fills the context.
 */
import {shuffled} from "../tensor/random.js";
import {pick} from "./filler.js";
import {type Haystack, haystackWith} from "./haystack.js";
import {defineTask, roomFor, type SampleRequest, type Task} from "./task.js";
import {keys, marker, values} from "./vocabulary.js";

type Pair = readonly [number, number];

const HAYSTACKS: readonly Haystack[] = ["line", "text", "values"];

/** One fact, one query. */
export const needleSingle: Task = defineTask(
  {
    id: "needle-single",
    title: "Single needle",
    difficulty: {
      counts: "haystack: 1 a repeated line, 2 text, 3 text and spans of values",
      min: 1,
      max: 3,
      default: 2,
    },
  },
  (request) => {
    const [key] = newKeys(1, request) as [number];
    const pair = newPair(request);
    return asked([fact(key, pair)], [{key, pair}], request, HAYSTACKS[request.difficulty - 1]);
  },
);

/** Several facts with different keys, one query. */
export const needleMultikey: Task = defineTask(
  {
    id: "needle-multikey",
    title: "Needle among needles",
    difficulty: {counts: "facts", min: 2, max: 64, default: 4},
  },
  (request) => {
    const facts = newKeys(request.difficulty, request).map((key) => ({key, pair: newPair(request)}));
    const wanted = facts[request.stream.integer(facts.length)] as {key: number; pair: Pair};
    return asked(
      facts.map(({key, pair}) => fact(key, pair)),
      [wanted],
      request,
    );
  },
);

/** Several facts, all asked for, one after the other and in another order. */
export const needleMultiquery: Task = defineTask(
  {
    id: "needle-multiquery",
    title: "Several queries",
    difficulty: {counts: "facts, each queried", min: 2, max: 16, default: 4},
  },
  (request) => {
    const facts = newKeys(request.difficulty, request).map((key) => ({key, pair: newPair(request)}));
    const order = shuffled(facts, request.stream);
    return asked(
      facts.map(({key, pair}) => fact(key, pair)),
      order,
      request,
    );
  },
);

/** One key that gets new values again and again; the last ones count. */
export const needleMultivalue: Task = defineTask(
  {
    id: "needle-multivalue",
    title: "Last of several values",
    difficulty: {counts: "facts of the same key", min: 2, max: 16, default: 4},
  },
  (request) => {
    const [key] = newKeys(1, request) as [number];
    const pairs = Array.from({length: request.difficulty}, () => newPair(request));
    return asked(
      pairs.map((pair) => fact(key, pair)),
      [{key, pair: pairs.at(-1) as Pair}],
      request,
    );
  },
);

/** A fact and a chain of aliases; every name of the chain is asked for. */
export const variableTracking: Task = defineTask(
  {
    id: "variable-tracking",
    title: "Variable tracking",
    difficulty: {counts: "aliases in the chain", min: 1, max: 8, default: 2},
  },
  (request) => {
    const [first, ...aliases] = newKeys(request.difficulty + 1, request) as [number, ...number[]];
    const pair = newPair(request);
    const chain = [first, ...aliases].map((key, i, names) =>
      i === 0
        ? fact(key, pair)
        : [marker.alias, key, marker.equals, names[i - 1] as number, marker.separator],
    );
    return asked(
      chain,
      shuffled(
        aliases.map((key) => ({key, pair})),
        request.stream,
      ),
      request,
    );
  },
);

function fact(key: number, pair: Pair): number[] {
  return [marker.fact, key, ...pair, marker.separator];
}

function newKeys(count: number, {stream}: SampleRequest): number[] {
  const all = Array.from({length: keys.size}, (_, i) => keys.first + i);
  return shuffled(all, stream).slice(0, count);
}

function newPair({stream}: SampleRequest): Pair {
  return [pick(stream, values), pick(stream, values)];
}

/** The needles in a haystack that fills the context, then a query and its answer for each of `wanted`. */
function asked(
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
