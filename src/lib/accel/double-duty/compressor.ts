import {requireInteger} from "../../tensor/require.js";

/** Adders that one pass puts into a column: full ones take three bits, half ones two; each leaves a sum and a carry. */
export interface ColumnAdders {
  readonly full: number;
  readonly half: number;
}

/** Adders of one pass by columns. */
export type Pass = readonly ColumnAdders[];

/** A reduction of columns to at most two bits each. */
export interface Reduction {
  readonly passes: readonly Pass[];
  readonly fullAdders: number;
  readonly halfAdders: number;
  /** Bits of each column that are left. */
  readonly final: readonly number[];
  /** Columns of the ripple chain that adds what is left: from the first of two bits to the top; 0 if there is none. */
  readonly chain: number;
}

/** Rules by which a pass is planned. */
export type CompressorRule = "wallace" | "dadda";

const NONE: ColumnAdders = {full: 0, half: 0};
const used = ({full, half}: ColumnAdders) => full + half;

function tallest(heights: readonly number[]): number {
  return heights.reduce((most, height) => Math.max(most, height), 0);
}

/**
 * One pass by Wallace's rule: full adders on all triples; a half adder on a pair that is left only where nothing was
 * compressed yet, or where the column would otherwise stay above the height that the pass aims at.
 */
function wallacePass(heights: readonly number[]): Pass {
  const most = tallest(heights);
  const target = 2 * Math.floor(most / 3) + (most % 3);
  let [previous, compressed] = [0, false];
  return heights.map((height) => {
    if (height < 2) {
      previous = 0;
      return NONE;
    }
    const full = Math.floor(height / 3);
    compressed ||= full > 0;
    const half = height % 3 === 2 && (!compressed || full + previous + 2 > target) ? 1 : 0;
    compressed ||= half > 0;
    previous = full + half;
    return {full, half};
  });
}

/**
 * One pass by Dadda's rule: just enough adders that no column stays above `limit`. A column that needs none leaves the
 * count of carries that its next column reckons with as it was, as the published code does.
 */
function daddaPass(heights: readonly number[], limit: number): Pass {
  let carries = 0;
  return heights.map((height) => {
    if (height + carries <= limit) return NONE;
    let [rest, full] = [height, 0];
    while (rest + carries + full > limit + 1 && rest >= 3) {
      rest -= 3;
      full++;
    }
    const half = rest + carries + full === limit + 1 && rest >= 2 ? 1 : 0;
    carries = full + half;
    return {full, half};
  });
}

/** Largest of Dadda's heights 2, 3, 4, 6, 9, … below `height`. */
function daddaLimit(height: number): number {
  let limit = 2;
  for (let next = 3; next < height; next = Math.floor(1.5 * next)) limit = next;
  return limit;
}

/** Heights without the empty columns at the top. */
function trimmed(heights: readonly number[]): readonly number[] {
  return heights.slice(0, heights.findLastIndex((height) => height > 0) + 1);
}

/** Heights of the columns after a pass. */
export function afterPass(heights: readonly number[], pass: Pass): number[] {
  const next = [...heights];
  pass.forEach((adders, column) => {
    if (used(adders) === 0) return;
    next[column] -= 2 * adders.full + adders.half;
    next[column + 1] = (next[column + 1] ?? 0) + used(adders);
  });
  return next;
}

/**
 * Reduction of columns to at most two bits by full and half adders, after the compressor of the Verilog-to-Routing
 * branch compressor-tree-mult (Wallace's rule by Asif and Kong; Dadda's).
 * @param heights bits of each column, least significant first
 * @throws RangeError unless heights are whole numbers from 0.
 */
export function compress(heights: readonly number[], rule: CompressorRule): Reduction {
  for (const height of heights) requireInteger("compress", "height", height, 0);
  const passes: Pass[] = [];
  let rest = trimmed(heights);
  for (let limit = Infinity; tallest(rest) > 2; ) {
    limit = Math.min(limit, daddaLimit(tallest(rest)));
    const pass = rule === "wallace" ? wallacePass(rest) : daddaPass(rest, limit);
    passes.push(pass);
    rest = afterPass(rest, pass);
  }
  const sum = (of: (adders: ColumnAdders) => number) =>
    passes.reduce((all, pass) => all + pass.reduce((count, adders) => count + of(adders), 0), 0);
  const first = rest.indexOf(2);
  return {
    passes,
    fullAdders: sum(({full}) => full),
    halfAdders: sum(({half}) => half),
    final: rest,
    chain: first < 0 ? 0 : rest.length - first,
  };
}
