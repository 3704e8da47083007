/** Cycles of attention on two arrays. (FuseMax, arXiv:2406.10491, section 5, and its artifact) */

import {type ArrayDesign, type HeadSize, headTiles, type TwoArrays} from "./arrays.js";
import {attentionBytes, scoreBytes} from "./traffic.js";

/** Operations of an exponential on elements that only multiply and add: six products and a sum. */
export const EXPONENTIAL_MACS = 6;
const EXPONENTIAL = EXPONENTIAL_MACS + 1;

/** Cycles of a head, and what bounds them. */
export interface AttentionCycles {
  readonly cycles: number;
  /** Cycles in which the square array works. */
  readonly square: number;
  /** Cycles in which the row works. */
  readonly row: number;
  /** Cycles that its traffic takes. */
  readonly memory: number;
}

/** Cycles of the Einsums of one pass over all keys by one block of queries. */
function onePass({keyWidth: E, valueWidth: F}: HeadSize, tiles: number) {
  return {
    scores: tiles * E,
    tileMax: tiles,
    exponentials: tiles * EXPONENTIAL,
    tileSum: tiles,
    tileValues: tiles * F,
    runningMax: tiles,
    factors: tiles * EXPONENTIAL,
    oldSum: tiles,
    runningSum: tiles,
    oldValues: tiles * F,
    runningValues: tiles * F,
    divisions: F,
  };
}

type OnePass = ReturnType<typeof onePass>;

const squareOf = (c: OnePass) => c.scores + c.tileMax + c.exponentials + c.tileSum + c.tileValues;
const rowOf = (c: OnePass) =>
  c.runningMax + c.factors + c.oldSum + c.runningSum + c.oldValues + c.runningValues + c.divisions;

/** Cycles of both arrays for one pass, by who waits for whom. */
const BINDINGS: Readonly<Record<"serial" | "stalled" | "fusemax", (c: OnePass, side: number) => number>> = {
  serial: (c) => squareOf(c) + rowOf(c),
  stalled: (c, side) =>
    Math.max(c.scores + c.tileMax, c.runningSum + c.divisions) +
    c.tileMax * side +
    c.runningMax +
    Math.max(c.exponentials + c.tileSum, c.factors + c.oldSum) +
    Math.max(c.tileValues, c.oldValues + c.runningValues),
  fusemax: (c) =>
    Math.max(c.scores + c.tileMax, c.runningSum + c.runningValues + c.divisions) +
    c.runningMax +
    Math.max(c.exponentials + c.tileSum, c.factors + c.oldSum) +
    Math.max(c.tileValues, c.oldValues),
};

/**
 * Cycles of one head. FuseMax computes a tile's scores while the row corrects the results of the tile before; stalled, the row
 * waits until the largest score of a tile has passed the square; serial, one array works at a time; FLAT and unfused take
 * softmax on the row alone, in three passes.
 */
export function attentionCycles(design: ArrayDesign, size: HeadSize, machine: TwoArrays): AttentionCycles {
  const {blocks, tiles} = headTiles(size, machine);
  const perByte = machine.clockHz / machine.bandwidth;
  const memory = attentionBytes(design, size, machine) * perByte;
  if (design === "flat" || design === "unfused") {
    const square = blocks * tiles * (size.keyWidth + size.valueWidth);
    // Largest score, sum and division take a cycle each.
    const row = blocks * tiles * machine.side * (3 + machine.exponentialCycles);
    const found = {square, row, memory};
    if (design === "flat") return {...found, cycles: Math.max(square, row, memory)};
    return {...found, cycles: unfusedCycles(size, found, scoreBytes(design, size, machine) * perByte)};
  }
  const pass = onePass(size, tiles);
  const cycles = blocks * BINDINGS[design](pass, machine.side);
  return {
    cycles: Math.max(cycles, memory),
    square: blocks * squareOf(pass),
    row: blocks * rowOf(pass),
    memory,
  };
}

/** Products, softmax and products again, each with its share of the traffic: scores go out, in, out and in. */
function unfusedCycles(
  {keyWidth, valueWidth}: HeadSize,
  {square, row, memory}: Pick<AttentionCycles, "square" | "row" | "memory">,
  scores: number,
): number {
  const [first, last] = [keyWidth, valueWidth].map((width) => width / (keyWidth + valueWidth));
  const ends = memory - scores;
  const product = (share: number) => Math.max(share * square, scores / 4 + share * ends);
  return product(first) + Math.max(row, scores / 2) + product(last);
}

/** Cycles of a layer's products with weights for some tokens: queries, keys, values, output and a network of two matrices. */
export const layerCycles = (tokens: number, weights: number, {side}: TwoArrays): number =>
  (tokens * weights) / side ** 2;
