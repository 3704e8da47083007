import {type Einsum, INPUTS, type Rank} from "./cascade.js";
import type {PlacedEinsum} from "./passes.js";

/** Tiles of keys, keys of a tile, channels of keys and of values. */
export type Sizes = Readonly<Record<Rank, number>>;

/** Storage of a tensor: all tiles, or the last one or two. */
export interface Store {
  readonly data: Float64Array;
  readonly ranks: readonly Rank[];
  readonly tiles: number;
  /** The number that stands before the first tile. */
  readonly initial: number;
}

/** Lines that run together: all those of a pass, tile after tile, or those that come after it. */
export interface Stage {
  readonly einsums: readonly PlacedEinsum[];
  readonly isLoop: boolean;
}

/** The stages of a placed cascade in the order in which they run. */
export function stagesOf(placed: readonly PlacedEinsum[]): Stage[] {
  const passes = placed.reduce((most, {place}) => Math.max(most, place.pass), 0);
  const stages = Array.from({length: passes + 1}, (_, pass) =>
    [true, false].map((isLoop) => ({
      isLoop,
      einsums: placed.filter(({place}) => place.pass === pass && place.isAfter !== isLoop),
    })),
  ).flat();
  return stages.filter(({einsums}) => einsums.length > 0);
}

const inputs = Object.keys(INPUTS);

/** Empty storage for what a line computes in its stage. */
export function storeOf(
  {tensor, ranks, by, operation}: Einsum,
  at: number,
  stages: readonly Stage[],
  sizes: Sizes,
): Store {
  const reads = stages.flatMap(({einsums}, stage) =>
    einsums.flatMap((einsum) =>
      einsum.reads.filter((read) => read.tensor === tensor).map((read) => ({...read, stage})),
    ),
  );
  const isWhole = !stages[at].isLoop || reads.some(({stage, tile}) => stage !== at && tile !== "last");
  const isRunning = reads.some(({tile}) => tile === "before");
  const tiles = !ranks.includes("t") ? 1 : isWhole ? sizes.t : isRunning ? 2 : 1;
  const rest = ranks.filter((rank) => rank !== "t").reduce((product, rank) => product * sizes[rank], 1);
  const initial = by === "max" || operation === "larger" ? Number.NEGATIVE_INFINITY : 0;
  return {data: new Float64Array(tiles * rest).fill(initial), ranks, tiles, initial};
}

/** Numbers of intermediate tensors that are held. */
export const heldIn = (stores: ReadonlyMap<string, Store>) =>
  [...stores].reduce((sum, [name, {data}]) => sum + (inputs.includes(name) ? 0 : data.length), 0);

/** Forgets tensors that no later stage reads; the last one is the result. */
export function dropUnread(
  stores: Map<string, Store>,
  later: readonly Stage[],
  cascade: readonly Einsum[],
): void {
  const read = new Set(
    later.flatMap(({einsums}) => einsums.flatMap(({reads}) => reads.map(({tensor}) => tensor))),
  );
  const result = cascade[cascade.length - 1].tensor;
  for (const name of stores.keys()) {
    if (!read.has(name) && name !== result && !inputs.includes(name)) stores.delete(name);
  }
}
