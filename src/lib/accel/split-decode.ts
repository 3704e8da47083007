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

/** Softmax attention over some of the keys: largest score, sum of exponentials, weighted values (not divided). */
export interface SoftmaxPart {
  readonly max: number;
  readonly sum: number;
  readonly output: Float64Array;
}

/** The partial result of one query over keys and values [n, e], scores already scaled. */
export function partialAttention(
  scores: ArrayLike<number>,
  values: ArrayLike<number>,
  e: number,
): SoftmaxPart {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) max = Math.max(max, scores[i]);
  const output = new Float64Array(e);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const weight = Math.exp(scores[i] - max);
    sum += weight;
    for (let j = 0; j < e; j++) output[j] += weight * values[i * e + j];
  }
  return {max, sum, output};
}

/** Two partial results as one; associative up to rounding. A part without keys changes nothing. */
export function mergePartials(a: SoftmaxPart, b: SoftmaxPart): SoftmaxPart {
  if (a.sum === 0) return b;
  if (b.sum === 0) return a;
  const max = Math.max(a.max, b.max);
  const [ra, rb] = [Math.exp(a.max - max), Math.exp(b.max - max)];
  const output = a.output.map((value, i) => value * ra + b.output[i] * rb);
  return {max, sum: a.sum * ra + b.sum * rb, output};
}
