import {requireInteger} from "../tensor/require.js";

/** One decode step of attention over sequences of different lengths, on `units` equal compute units. */
export interface DecodeAttention {
  /** Cached keys of each sequence. */
  readonly contexts: readonly number[];
  readonly kvHeads: number;
  /** Keys in a tile, the smallest piece of work. */
  readonly tile: number;
  /** Compute units; 108 on an A100, 132 on an H100. */
  readonly units: number;
}

/** Use of the units by a schedule. */
export interface Schedule {
  /** Tiles of work there are. */
  readonly tiles: number;
  /** Tiles that the busiest unit does. */
  readonly makespan: number;
  /** Work over what all units could do in that time, 0 to 1. */
  readonly efficiency: number;
  /** Partial results that must be combined. */
  readonly partials: number;
}

function requireStep({contexts, kvHeads, tile, units}: DecodeAttention): void {
  requireInteger("decodeSchedule", "kvHeads", kvHeads, 1);
  requireInteger("decodeSchedule", "tile", tile, 1);
  requireInteger("decodeSchedule", "units", units, 1);
  if (contexts.length === 0)
    throw new RangeError("decodeSchedule: contexts must hold at least one length, got none");
  for (const context of contexts) requireInteger("decodeSchedule", "context", context, 1);
}

/** Work in order, each piece to the unit that is free first. */
function inOrder(pieces: readonly number[], units: number): number {
  const busy = new Float64Array(units);
  for (const piece of pieces) {
    let next = 0;
    for (let u = 1; u < units; u++) if (busy[u] < busy[next]) next = u;
    busy[next] += piece;
  }
  return busy.reduce((most, time) => Math.max(most, time), 0);
}

function schedule(pieces: readonly number[], units: number, partials: number): Schedule {
  const tiles = pieces.reduce((sum, piece) => sum + piece, 0);
  const makespan = inOrder(pieces, units);
  return {tiles, makespan, efficiency: tiles / (units * makespan), partials};
}

/** Every sequence and KV head is one piece of work, or `splits` equal pieces (FlashDecoding). */
export function fixedSplit(step: DecodeAttention, splits = 1): Schedule {
  requireStep(step);
  requireInteger("decodeSchedule", "splits", splits, 1);
  const pieces = step.contexts.flatMap((context) => {
    const tiles = Math.ceil(context / step.tile);
    const parts = Math.min(splits, tiles);
    const sizes = Array.from(
      {length: parts},
      (_, i) => Math.floor(((i + 1) * tiles) / parts) - Math.floor((i * tiles) / parts),
    );
    return Array.from({length: step.kvHeads}, () => sizes).flat();
  });
  return schedule(pieces, step.units, splits === 1 ? 0 : pieces.length);
}

/**
 * All tiles dealt out evenly, whichever sequence they belong to: a unit may end one and begin the next, so there
 * are at most two partial results a unit. (Lean Attention, arXiv 2405.10480)
 */
export function streamK(step: DecodeAttention): Schedule {
  requireStep(step);
  const tiles = step.contexts.reduce(
    (sum, context) => sum + step.kvHeads * Math.ceil(context / step.tile),
    0,
  );
  const makespan = Math.ceil(tiles / step.units);
  return {
    tiles,
    makespan,
    efficiency: tiles / (step.units * makespan),
    partials: 2 * Math.min(step.units, tiles),
  };
}
