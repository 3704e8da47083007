import {type Einsum, INPUTS, type Rank, type TensorRead} from "./cascade.js";
import {placeCascade} from "./passes.js";
import {dropUnread, heldIn, type Sizes, type Stage, type Store, stagesOf, storeOf} from "./stores.js";

/** One query with its keys and values: q [e], k [keys, e], v [keys, f]. */
export interface CascadeInput {
  readonly q: Float64Array;
  readonly k: Float64Array;
  readonly v: Float64Array;
  /** Keys of a tile. */
  readonly tile: number;
}

/** The last tensor of a cascade, and what it took. */
export interface CascadeRun {
  readonly output: Float64Array;
  /** Visits of every key. */
  readonly passes: number;
  /** Most numbers of intermediate tensors that were held at once. */
  readonly held: number;
  /** Numbers of keys and values that were read, all passes together. */
  readonly words: number;
  readonly exponentials: number;
  readonly divisions: number;
  /** Points of all lines. */
  readonly operations: number;
}

type Work = {
  -readonly [name in "exponentials" | "divisions" | "operations" | "words" | "visits" | "held"]: number;
};

interface State {
  readonly sizes: Sizes;
  readonly keys: number;
  readonly stores: Map<string, Store>;
  readonly work: Work;
}

/**
 * Runs a cascade pass after pass, tile after tile. What a later stage reads is held for all tiles, everything else for two.
 * @throws RangeError as {@link placeCascade}.
 */
export function runCascade(cascade: readonly Einsum[], {q, k, v, tile}: CascadeInput): CascadeRun {
  const e = q.length;
  const keys = k.length / e;
  const f = keys === 0 ? 0 : v.length / keys;
  const sizes: Sizes = {t: Math.ceil(keys / tile), n: tile, e, f};
  const work: Work = {exponentials: 0, divisions: 0, operations: 0, words: 0, visits: 0, held: 0};
  const stores = new Map<string, Store>();
  for (const [name, data] of Object.entries({Q: q, K: k, V: v})) {
    stores.set(name, {data, ranks: INPUTS[name as keyof typeof INPUTS], tiles: sizes.t, initial: 0});
  }
  const state: State = {sizes, keys, stores, work};
  const stages = stagesOf(placeCascade(cascade));
  stages.forEach((stage, at) => {
    for (const einsum of stage.einsums) stores.set(einsum.tensor, storeOf(einsum, at, stages, sizes));
    work.held = Math.max(work.held, heldIn(stores));
    if (stage.isLoop) runLoop(stage, state);
    else for (const einsum of stage.einsums) runAfter(einsum, state);
    dropUnread(stores, stages.slice(at + 1), cascade);
  });
  const {data} = stores.get(cascade[cascade.length - 1].tensor)!;
  const {visits, ...counted} = work;
  return {output: data, passes: keys === 0 ? 0 : visits / keys, ...counted};
}

function runLoop({einsums}: Stage, state: State): void {
  const {sizes, keys, work} = state;
  const read = new Set(einsums.flatMap(({reads}) => reads.map(({tensor}) => tensor)));
  const moved = (read.has("K") ? sizes.e : 0) + (read.has("V") ? sizes.f : 0);
  for (let t = 0; t < sizes.t; t++) {
    const n = Math.min(sizes.n, keys - t * sizes.n);
    work.visits += n;
    work.words += n * moved;
    for (const einsum of einsums) runTile(einsum, t, n, state);
  }
}

function runAfter(einsum: Einsum, state: State): void {
  const isOverTiles = [...einsum.ranks, ...einsum.over].includes("t");
  for (let t = 0; t < (isOverTiles ? state.sizes.t : 1); t++) runTile(einsum, t, state.sizes.n, state);
}

/** Place of a tensor's numbers at a tile: how far each of n, e and f reaches, and where the tile begins. */
interface View {
  readonly data: Float64Array;
  readonly start: number;
  readonly n: number;
  readonly e: number;
  readonly f: number;
}

const NONE: View = {data: new Float64Array(1), start: 0, n: 0, e: 0, f: 0};

/** Empties what stood in the slot of a running tensor and computes a line's points of a tile. */
function runTile(einsum: Einsum, t: number, n: number, state: State): void {
  const {sizes, work} = state;
  const used = [...einsum.ranks, ...einsum.over];
  const size = (rank: Rank) => (!used.includes(rank) ? 1 : rank === "n" ? n : sizes[rank]);
  const to = viewOf({tensor: einsum.tensor, ranks: einsum.ranks, tile: "own"}, t, state);
  const [a = NONE, b = NONE] = einsum.reads.map((read) => viewOf(read, t, state));
  const isReduced = einsum.over.length > 0;
  const isMax = einsum.by === "max";
  if (einsum.ranks.includes("t")) clearTile(to, einsum, sizes);
  for (let i = 0; i < size("n"); i++) {
    for (let c = 0; c < size("e"); c++) {
      for (let d = 0; d < size("f"); d++) {
        const at = (view: View) => view.start + i * view.n + c * view.e + d * view.f;
        const value = combine(einsum, a.data[at(a)], b.data[at(b)], work);
        const place = at(to);
        to.data[place] = !isReduced
          ? value
          : isMax
            ? Math.max(to.data[place], value)
            : to.data[place] + value;
      }
    }
  }
  work.operations += size("n") * size("e") * size("f");
}

function clearTile({data, start}: View, {ranks, by}: Einsum, sizes: Sizes): void {
  const length = ranks.filter((rank) => rank !== "t").reduce((product, rank) => product * sizes[rank], 1);
  data.fill(by === "max" ? Number.NEGATIVE_INFINITY : 0, start, start + length);
}

function viewOf({tensor, tile}: TensorRead, t: number, {stores, sizes}: State): View {
  const {data, ranks, tiles, initial} = stores.get(tensor)!;
  const stride = {n: 0, e: 0, f: 0};
  let step = 1;
  for (const rank of ranks.toReversed()) {
    if (rank === "t") continue;
    stride[rank] = step;
    step *= sizes[rank];
  }
  const index = tile === "before" ? t - 1 : tile === "last" ? sizes.t - 1 : t;
  if (index < 0) return {data: new Float64Array(step).fill(initial), start: 0, ...stride};
  return {data, start: ranks.includes("t") ? (index % tiles) * step : 0, ...stride};
}

function combine({operation}: Einsum, a: number, b: number, work: Work): number {
  switch (operation) {
    case "multiply":
      return a * b;
    case "add":
      return a + b;
    case "larger":
      return Math.max(a, b);
    case "copy":
      return a;
    case "divide":
      work.divisions++;
      // Nothing was visible: the sum and all that is divided by it are 0.
      return a === 0 ? 0 : a / b;
    case "exponential":
      // A hidden key, or no tile before the first: the difference of two infinities would be NaN.
      if (a === Number.NEGATIVE_INFINITY) return 0;
      work.exponentials++;
      return Math.exp(a - b);
  }
}
