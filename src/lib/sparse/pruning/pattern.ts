/** Patterns of pruning: how many weights stay, and whether a group of neighbours must keep its share. */

import {requireInteger, requireShare} from "../../tensor/require.js";

/** A share of all weights, wherever they stand; or N of every M consecutive inputs of a row. */
export type PruningPattern =
  | {readonly kind: "unstructured"; readonly density: number}
  | {readonly kind: "n-of-m"; readonly n: number; readonly m: number};

/** The pattern that keeps a share of the weights. @throws RangeError unless it is from 0 to 1. */
export function unstructured(density: number): PruningPattern {
  requireShare("unstructured", "density", density);
  return {kind: "unstructured", density};
}

/** The pattern that keeps N of every M consecutive inputs. @throws RangeError unless 0 <= n <= m and m >= 1. */
export function nOfM(n: number, m: number): PruningPattern {
  requireInteger("nOfM", "m", m, 1);
  requireInteger("nOfM", "n", n, 0, m);
  return {kind: "n-of-m", n, m};
}

/**
 * Reads a pattern as it is written: a density such as `0.5`, or `2:4`.
 * @throws RangeError for anything else.
 */
export function parsePattern(text: string): PruningPattern {
  const groups = /^(\d{1,4}):(\d{1,4})$/.exec(text);
  if (groups) return nOfM(Number(groups[1]), Number(groups[2]));
  const density = /^(0|1|0?\.\d{1,9}|1\.0*|0\.)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(density)) {
    throw new RangeError(
      `parsePattern: the pattern must be a density from 0 to 1 or N:M such as 2:4, got ${JSON.stringify(text)}`,
    );
  }
  return unstructured(density);
}

/** A pattern as it is written. */
export const patternText = (pattern: PruningPattern): string =>
  pattern.kind === "n-of-m" ? `${pattern.n}:${pattern.m}` : String(pattern.density);

/** Share of the weights that a pattern keeps. */
export const patternDensity = (pattern: PruningPattern): number =>
  pattern.kind === "n-of-m" ? pattern.n / pattern.m : pattern.density;
