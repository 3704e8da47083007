import {requireInteger} from "../tensor/require.js";
import {type Scratchpad, type SlowMatrix, scratchpad, type Transfers} from "./scratchpad.js";

/** Queries, keys and values of one head in slow memory, [N, e] each; there is no mask. */
export interface AttentionHead {
  readonly q: SlowMatrix;
  readonly k: SlowMatrix;
  readonly v: SlowMatrix;
}

/** The head's output [N, e], and what moved to compute it. */
export interface AttentionRun {
  readonly output: Float64Array;
  readonly transfers: Transfers;
}

/** Elements that a query row of fused attention needs at least: itself, a key, a value, its output, largest score and sum. */
export const fusedRowElements = (e: number): number => 4 * e + 2;

/**
 * Query rows that fit beside as many rows of keys, values and output, with a largest score and a sum each.
 * @throws RangeError if not even one fits.
 */
export function flashRows(e: number, M: number): number {
  if (M < fusedRowElements(e)) {
    throw new RangeError(`flashRows: M must be at least ${fusedRowElements(e)} for a row of ${e}, got ${M}`);
  }
  return Math.floor(M / fusedRowElements(e));
}

/**
 * The side of the largest square tiles of which a result and its two terms fit, with a largest score and a sum a row.
 * @throws RangeError if M is below 5: no tile fits.
 */
export function tileSide(M: number): number {
  if (M < 5) throw new RangeError(`tileSide: M must be at least 5, got ${M}`);
  return Math.floor((Math.sqrt(1 + 3 * M) - 1) / 3);
}

/**
 * Fused attention run through a fast memory of M elements: each block of query rows is read once, meets all keys and
 * values, and writes its output once; scores never leave. (FlashAttention, arXiv:2205.14135, algorithm 1, with the loops
 * of FlashAttention-2)
 * @throws RangeError if M is too small for a row.
 */
export function fusedAttention({q, k, v}: AttentionHead, M: number): AttentionRun {
  const e = q.columns;
  const N = q.data.length / e;
  const rows = flashRows(e, M);
  const pad = scratchpad(M);
  const output = {columns: e, data: new Float64Array(N * e)};
  for (let first = 0; first < N; first += rows) {
    const tile = rowsOf(first, rows, N, e);
    const queries = pad.read(q, tile);
    const sums = pad.reserve(tile.rows * e);
    const states = softmaxStates(pad, tile.rows);
    for (let other = 0; other < N; other += rows) {
      const [keys, values] = [k, v].map((matrix) => pad.read(matrix, rowsOf(other, rows, N, e)));
      attend({queries, keys, values, sums, states}, e);
      pad.release(keys, values);
    }
    for (let i = 0; i < sums.length; i++) sums[i] /= states[2 * Math.floor(i / e) + 1];
    pad.write(output, tile, sums);
    pad.release(queries, sums, states);
  }
  return {output: output.data, transfers: pad.transfers()};
}

/**
 * Attention as two products in square tiles, run through a fast memory of M elements: scores go to slow memory and come
 * back, the largest score and the sum of each row stay, and softmax is taken on the way back.
 * @throws RangeError if M is below 5: no tile fits.
 */
export function tiledAttention({q, k, v}: AttentionHead, M: number): AttentionRun {
  const e = q.columns;
  const N = q.data.length / e;
  const side = tileSide(M);
  const pad = scratchpad(M);
  const scores = {columns: N, data: new Float64Array(N * N)};
  const output = {columns: e, data: new Float64Array(N * e)};
  for (let row = 0; row < N; row += side) {
    const band = {row, rows: Math.min(side, N - row), side, pad};
    const states = softmaxStates(pad, band.rows);
    writeScores(band, {q, k, scores, states});
    writeValues(band, {scores, v, output, states});
    pad.release(states);
  }
  return {output: output.data, transfers: pad.transfers()};
}

/** Rows of the scores that are computed together. */
interface Band {
  readonly row: number;
  readonly rows: number;
  readonly side: number;
  readonly pad: Scratchpad;
}

/** q kᵀ for the rows of a band, tile by tile; their softmax states are found on the way. */
function writeScores(
  {row, rows, side, pad}: Band,
  {q, k, scores, states}: Pick<AttentionHead, "q" | "k"> & {scores: SlowMatrix; states: Float64Array},
): void {
  for (const [column, columns] of spans(scores.columns, side)) {
    const tile = pad.reserve(rows * columns);
    for (const [from, terms] of spans(q.columns, side)) {
      const a = pad.read(q, {row, column: from, rows, columns: terms});
      const b = pad.read(k, {row: column, column: from, rows: columns, columns: terms});
      addProduct(tile, a, (j, t) => b[j * terms + t], {rows, columns, terms});
      pad.release(a, b);
    }
    tile.forEach((score, i) => {
      addScore(states, Math.floor(i / columns), score);
    });
    pad.write(scores, {row, column, rows, columns}, tile);
    pad.release(tile);
  }
}

/** softmax(scores) v for the rows of a band, tile by tile. */
function writeValues(
  {row, rows, side, pad}: Band,
  {
    scores,
    v,
    output,
    states,
  }: Pick<AttentionHead, "v"> & Record<"scores" | "output", SlowMatrix> & {states: Float64Array},
): void {
  for (const [column, columns] of spans(v.columns, side)) {
    const tile = pad.reserve(rows * columns);
    for (const [from, terms] of spans(scores.columns, side)) {
      const a = pad.read(scores, {row, column: from, rows, columns: terms});
      const b = pad.read(v, {row: from, column, rows: terms, columns});
      for (let i = 0; i < a.length; i++) a[i] = shareOf(states, Math.floor(i / terms), a[i]);
      addProduct(tile, a, (j, t) => b[t * columns + j], {rows, columns, terms});
      pad.release(a, b);
    }
    pad.write(output, {row, column, rows, columns}, tile);
    pad.release(tile);
  }
}

/** Starts and lengths of pieces of at most `side`. */
const spans = (length: number, side: number): (readonly [start: number, length: number])[] =>
  Array.from({length: Math.ceil(length / side)}, (_, i) => [i * side, Math.min(side, length - i * side)]);

const rowsOf = (first: number, rows: number, N: number, columns: number) => ({
  row: first,
  column: 0,
  rows: Math.min(rows, N - first),
  columns,
});

/** For each row its largest score so far, and the sum of exp(score - largest). */
function softmaxStates(pad: Scratchpad, rows: number): Float64Array {
  const states = pad.reserve(2 * rows);
  for (let r = 0; r < rows; r++) states[2 * r] = Number.NEGATIVE_INFINITY;
  return states;
}

/** Adds a score to a row's state and gives the factor by which sums taken before shrink. */
function addScore(states: Float64Array, row: number, score: number): number {
  const before = states[2 * row];
  const largest = Math.max(before, score);
  const shrinks = Math.exp(before - largest);
  states[2 * row] = largest;
  states[2 * row + 1] = states[2 * row + 1] * shrinks + Math.exp(score - largest);
  return shrinks;
}

const shareOf = (states: Float64Array, row: number, score: number): number =>
  Math.exp(score - states[2 * row]) / states[2 * row + 1];

interface FusedBlock {
  readonly queries: Float64Array;
  readonly keys: Float64Array;
  readonly values: Float64Array;
  readonly sums: Float64Array;
  readonly states: Float64Array;
}

function attend({queries, keys, values, sums, states}: FusedBlock, e: number): void {
  for (let r = 0; r < queries.length / e; r++) {
    for (let c = 0; c < keys.length / e; c++) {
      let score = 0;
      for (let d = 0; d < e; d++) score += queries[r * e + d] * keys[c * e + d];
      const shrinks = addScore(states, r, score);
      const weight = Math.exp(score - states[2 * r]);
      for (let d = 0; d < e; d++) sums[r * e + d] = sums[r * e + d] * shrinks + weight * values[c * e + d];
    }
  }
}

interface ProductSizes {
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
}

function addProduct(
  tile: Float64Array,
  a: Float64Array,
  b: (column: number, term: number) => number,
  {rows, columns, terms}: ProductSizes,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let t = 0; t < terms; t++) sum += a[i * terms + t] * b(j, t);
      tile[i * columns + j] += sum;
    }
  }
}

function requireSizes(who: string, N: number, e: number, M: number): void {
  requireInteger(who, "N", N, 1);
  requireInteger(who, "e", e, 1);
  requireInteger(who, "M", M, 1);
}

const transfers = (reads: number, writes: number): Transfers => ({reads, writes, total: reads + writes});

/**
 * Transfers of {@link fusedAttention} without running it. Leading term 8 N² e² / M.
 * @param N sequence length. @param e head size. @param M elements of fast memory.
 * @throws RangeError if M is too small for a row.
 */
export function flashTransfers(N: number, e: number, M: number): Transfers {
  requireSizes("flashTransfers", N, e, M);
  const blocks = Math.ceil(N / flashRows(e, M));
  return transfers(N * e + blocks * 2 * N * e, N * e);
}

/**
 * Transfers of {@link tiledAttention} without running it. Leading term 4 √3 N² e / √M.
 * @throws RangeError if M is below 5: no tile fits.
 */
export function tiledTransfers(N: number, e: number, M: number): Transfers {
  requireSizes("tiledTransfers", N, e, M);
  const side = tileSide(M);
  const [alongText, alongHead] = [Math.ceil(N / side), Math.ceil(e / side)];
  const ofScores = 2 * alongText * N * e;
  const ofValues = alongHead * N * N + alongText * N * e;
  return transfers(ofScores + ofValues, N * N + N * e);
}

/**
 * Order of the least transfers of any attention, constant left out: N² e² / M where M is at least e² (proved to hold
 * even with fast matrix multiplication), N² e / √M below, as for blocked products (the abstract announces a matching
 * bound there; this form is an assumption). (arXiv:2402.07443)
 */
export function attentionLowerBound(N: number, e: number, M: number): number {
  requireSizes("attentionLowerBound", N, e, M);
  return M >= e * e ? (N * N * e * e) / M : (N * N * e) / Math.sqrt(M);
}

/** The fast memory at which fused attention begins to move less than tiled products do. */
export function crossingMemory(N: number, e: number): number {
  let [low, high] = [fusedRowElements(e) - 1, 16 * e * e];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (flashTransfers(N, e, middle).total <= tiledTransfers(N, e, middle).total) high = middle;
    else low = middle;
  }
  return high;
}
