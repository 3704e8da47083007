/** A layer's packed keys and values in the kernel's memory, as each key head reads them. */

import type {Basis, HeadKv, Run, StoredKv} from "../cache/stored-kv.js";
import {type ChosenTokens, firstAtLeast, heldAmong, placesWithin, touchedPages} from "./chosen-tokens.js";
import {type HeadShape, type PlacedRotary, type RunPlace, writeRun} from "./packed-run.js";
import type {Queries} from "./query-heads.js";
import type {QuerySpace, QuerySpaces} from "./query-spaces.js";

/** All runs, those that several heads share once. */
export function runsOf({keys, values, heads}: StoredKv): readonly Run[] {
  if (heads === undefined) return [...keys, ...values];
  const all = heads.flatMap(({keys, values}) => [...keys, ...values]);
  return [...new Map(all.map((run) => [run.parts, run])).values()];
}

/** Bases of runs and of what is added to them. */
export const basesOf = (runs: readonly Run[]): ReadonlySet<Basis> =>
  new Set(runs.flatMap(addends).flatMap(({basis}) => basis ?? []));

/** A run and all that are added to it. */
const addends = (run: Run): Run[] => (run.plus ? [run, ...addends(run.plus)] : [run]);

/** Heads that a token of a run has. */
export const shapeOf = ({kvHeads, headDim}: Queries, {heads}: StoredKv): HeadShape => ({
  kvHeads: heads ? 1 : kvHeads,
  headDim,
});

/** A run in the kernel's memory as one key head reads it. */
export interface PlacedRun {
  readonly at: number;
  /** The head among those of the run. */
  readonly head: number;
  /** Rows of the run that are read; 0: the first so many. */
  readonly list: number;
  readonly count: number;
  readonly space: QuerySpace;
  /** Places of all heads' channels, where tokens have them in another order; else 0. */
  readonly places: number;
  /** True for a run that is added to the one before it. */
  readonly isAdded: boolean;
}

/** Calls back with every run of which a key head reads something, and the number of tokens that it read before. */
export function forRuns(runs: readonly PlacedRun[], visit: (run: PlacedRun, before: number) => void): void {
  let [before, next] = [0, 0];
  for (const run of runs) {
    if (!run.isAdded) before = next;
    if (run.count > 0) visit(run, before);
    next = before + run.count;
  }
}

/** Means to write the runs of a call. */
interface CallPlace extends RunPlace {
  readonly spaces: QuerySpaces;
}

/** The keys and the values of every key head in the kernel's memory. */
export function placeKv(
  place: CallPlace,
  kv: StoredKv,
  chosen: ChosenTokens,
  kvHeads: number,
): readonly (readonly PlacedRun[])[][] {
  if (kv.heads) return placeHeads(place, kv.heads, chosen);
  return [
    placeRuns(place, kv.keys, chosen, kvHeads, placeRotary(place, kv)),
    placeRuns(place, kv.values, chosen, kvHeads, null),
  ];
}

function placeRuns(
  place: CallPlace,
  runs: readonly Run[],
  {lists}: ChosenTokens,
  kvHeads: number,
  rotary: PlacedRotary | null,
): PlacedRun[][] {
  let first = 0;
  const heads = Array.from({length: kvHeads}, (): PlacedRun[] => []);
  for (const run of runs) {
    const [from, end] = [first, first + run.tokens];
    first = end;
    const pageTokens = Math.max(1, run.coding.pageTokens);
    // A token that is turned by its place, or whose page ends inside a byte, stays where it is.
    const isWhole = rotary !== null || run.coding.hasZeroPoints || run.plus;
    const pages = isWhole ? null : touchedPages(lists, from, end, pageTokens);
    const turns = rotary ? rotaryFrom(rotary, from) : undefined;
    const placed = addends(run).map((one, n) => ({
      at: writeRun(place, one, pages, turns),
      space: place.spaces.of(one.basis),
      places: placeList(place, one.places ?? null),
      isAdded: n > 0,
    }));
    heads.forEach((all, head) => {
      const places = lists && placesWithin(lists[head], from, end, pageTokens, pages);
      const read = {head, list: placeList(place, places), count: places?.length ?? run.tokens};
      for (const one of placed) all.push({...one, ...read});
    });
  }
  return heads;
}

function placeList({heap, take}: RunPlace, list: Int32Array | null): number {
  if (list === null) return 0;
  const at = take(4 * list.length);
  heap.integers(at, list.length).set(list);
  return at;
}

/** The same of heads that hold tokens of their own. A run that several share is written once. */
function placeHeads(place: CallPlace, heads: readonly HeadKv[], {lists}: ChosenTokens): PlacedRun[][][] {
  const written = new Map<Run["parts"], number>();
  const write = (run: Run) => {
    const at = written.get(run.parts) ?? writeRun(place, run);
    written.set(run.parts, at);
    return at;
  };
  const space = place.spaces.of(undefined);
  return (["keys", "values"] as const).map((side) =>
    heads.map((head, g) => {
      const list = lists && heldAmong(lists[g], head.tokens);
      let first = 0;
      return head[side].map((run) => {
        const tokens = run.rows?.length ?? run.tokens;
        const rows = rowsRead(run, list, first, first + tokens);
        first += tokens;
        const read = {list: placeList(place, rows), count: rows?.length ?? tokens};
        return {at: write(run), head: 0, space, places: 0, isAdded: false, ...read};
      });
    }),
  );
}

/** Rows of a run, whose tokens are a head's from one to another, that a list of the head's tokens names; null: all. */
function rowsRead({rows}: Run, list: Int32Array | null, from: number, end: number): Int32Array | null {
  if (list === null) return rows ?? null;
  const own = list.subarray(firstAtLeast(list, from), firstAtLeast(list, end));
  return own.map((token) => (rows ? rows[token - from] : token - from));
}

function placeRotary({heap, take}: RunPlace, {rotary, positions}: StoredKv): PlacedRotary | null {
  if (rotary === undefined) return null;
  const put = (values: Float32Array) => {
    const at = take(values.byteLength);
    heap.floats(at, values.length).set(values);
    return at;
  };
  const pairs = rotary.cos.length / positions.length;
  const apart = rotary.layout === "interleaved" ? 1 : pairs;
  return {cos: put(rotary.cos), sin: put(rotary.sin), pairs, apart};
}

/** The same from another token on. */
function rotaryFrom({cos, sin, pairs, apart}: PlacedRotary, token: number): PlacedRotary {
  const before = 4 * pairs * token;
  return {cos: cos + before, sin: sin + before, pairs, apart};
}
