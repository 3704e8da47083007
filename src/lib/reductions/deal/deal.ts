import {requireInteger, requireNonNegative} from "../../tensor/require.js";

/** Attention of one decode step: an output for each head of each sequence, over as many tiles of keys as it has. */
export interface DecodeWork {
  /** Tiles of each output. */
  readonly tiles: readonly number[];
  readonly workers: number;
}

/** Neighbouring tiles of one output that a worker does in one go. */
export interface Piece {
  readonly output: number;
  /** The first tile. */
  readonly first: number;
  readonly tiles: number;
}

/** Pieces of each worker, in the order in which it does them. */
export type Deal = readonly (readonly Piece[])[];

/** Tiles of contexts for every head of every sequence. @throws RangeError for a size that is no positive integer. */
export function decodeWork(step: {
  /** Keys of each sequence. */
  readonly contexts: readonly number[];
  readonly heads: number;
  /** Keys of a tile. */
  readonly tile: number;
  readonly workers: number;
}): DecodeWork {
  const {contexts, heads, tile, workers} = step;
  for (const [name, value] of Object.entries({heads, tile, workers})) {
    requireInteger("decodeWork", name, value, 1);
  }
  for (const context of contexts) requireInteger("decodeWork", "contexts", context, 0);
  return {tiles: contexts.flatMap((keys) => new Array<number>(heads).fill(Math.ceil(keys / tile))), workers};
}

/** All tiles of the work. */
export const allTiles = ({tiles}: DecodeWork): number => tiles.reduce((sum, count) => sum + count, 0);

/** A deal of one piece for each output: FlashAttention-2 while decoding. (arXiv:2307.08691) */
export const wholeOutputs = (work: DecodeWork): Deal => fixedSplits(work, 1);

/** A deal of as many equal pieces for each output, each to the worker that is free first. (FlashDecoding) */
export function fixedSplits({tiles, workers}: DecodeWork, splits: number): Deal {
  requireInteger("fixedSplits", "splits", splits, 1);
  const deal: Piece[][] = Array.from({length: workers}, () => []);
  const busy = new Float64Array(workers);
  tiles.forEach((count, output) => {
    for (const [first, end] of shares(count, Math.min(splits, count))) {
      const free = firstFree(busy);
      deal[free].push({output, first, tiles: end - first});
      busy[free] += end - first;
    }
  });
  return deal;
}

/** The fewest splits that give every worker a piece. */
export const fillingSplits = ({tiles, workers}: DecodeWork): number =>
  Math.max(1, Math.ceil(workers / Math.max(1, tiles.length)));

/**
 * All tiles in a row, cut into equal shares whichever output they belong to: a worker may end one output and begin the
 * next. (Stream-K, arXiv:2301.03598; LeanAttention, arXiv:2405.10480, section 4)
 */
export function evenShares(work: DecodeWork): Deal {
  const starts = [0];
  for (const count of work.tiles) starts.push(starts[starts.length - 1] + count);
  let output = 0;
  return shares(allTiles(work), work.workers).map(([from, to]) => {
    const pieces: Piece[] = [];
    for (let at = from; at < to; ) {
      while (starts[output + 1] <= at) output++;
      const end = Math.min(to, starts[output + 1]);
      pieces.push({output, first: at - starts[output], tiles: end - at});
      at = end;
    }
    return pieces;
  });
}

/** Ends of `parts` shares of a count that differ by one at most. */
const shares = (count: number, parts: number): (readonly [from: number, to: number])[] =>
  Array.from({length: parts}, (_, i) => [
    Math.floor((i * count) / parts),
    Math.floor(((i + 1) * count) / parts),
  ]);

function firstFree(busy: Float64Array): number {
  let free = 0;
  for (let worker = 1; worker < busy.length; worker++) if (busy[worker] < busy[free]) free = worker;
  return free;
}

/** Time and results of a deal, in times of a tile. */
export interface DealTime {
  readonly makespan: number;
  /** Tiles over those that all workers could do in that time, 0 to 1. */
  readonly occupancy: number;
  /** Partial results, those that stay with their worker among them. */
  readonly partials: number;
  /** Tiles of the busiest worker less those of the idlest. */
  readonly imbalance: number;
}

/**
 * Time of a deal. The worker with an output's first tile merges what others did for it, once all of them are through.
 * @param fixup time to take over one partial result, in times of a tile.
 */
export function dealTime(deal: Deal, fixup: number): DealTime {
  requireNonNegative("dealTime", "fixup", fixup);
  const loads = deal.map((pieces) => pieces.reduce((sum, {tiles}) => sum + tiles, 0));
  const ready = Float64Array.from(loads);
  const merges = new Float64Array(loads.length);
  for (const parts of partsByOutput(deal)) {
    const host = parts.reduce((a, b) => (b.first < a.first ? b : a)).worker;
    for (const {worker} of parts) ready[host] = Math.max(ready[host], loads[worker]);
    merges[host] += parts.length - 1;
  }
  const makespan = ready.reduce((most, time, worker) => Math.max(most, time + fixup * merges[worker]), 0);
  const tiles = loads.reduce((sum, load) => sum + load, 0);
  const [most, least] = [loads.reduce((a, b) => Math.max(a, b)), loads.reduce((a, b) => Math.min(a, b))];
  return {
    makespan,
    occupancy: makespan === 0 ? 1 : tiles / (loads.length * makespan),
    partials: deal.reduce((sum, pieces) => sum + pieces.length, 0),
    imbalance: most - least,
  };
}

/** The pieces of each output that has any, with their workers. */
function partsByOutput(deal: Deal): (Piece & {readonly worker: number})[][] {
  const outputs = new Map<number, (Piece & {readonly worker: number})[]>();
  deal.forEach((pieces, worker) => {
    for (const piece of pieces) {
      const parts = outputs.get(piece.output);
      if (parts === undefined) outputs.set(piece.output, [{...piece, worker}]);
      else parts.push({...piece, worker});
    }
  });
  return [...outputs.values()];
}

/** Splits, of 1 to `most`, with which a deal of equal pieces ends first. */
export function bestSplits(work: DecodeWork, fixup: number, most: number): number {
  const times = Array.from({length: most}, (_, i) => dealTime(fixedSplits(work, i + 1), fixup).makespan);
  return 1 + times.indexOf(times.reduce((a, b) => Math.min(a, b)));
}

/**
 * Time to write a partial result and read it back over that to read a tile of keys and values: both wait for memory.
 * @param width of a head.
 */
export const fixupTime = (tile: number, width: number): number => (2 * (width + 2)) / (2 * tile * width);
