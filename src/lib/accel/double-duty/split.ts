import {adderTreeCost, type TreeCost} from "./adder-tree.js";
import {type AlmRule, almsOf, type ElementCounts} from "./alms.js";
import {compress, type Reduction} from "./compressor.js";
import {columnHeights, type Row} from "./rows.js";

/** Elements of a reduction and its last chain: each full or half adder is two tables (sum and carry). */
export function reductionElements({fullAdders, halfAdders, chain}: Reduction): ElementCounts {
  return {adderBits: chain > 0 ? chain + 1 : 0, lut5: 2 * (fullAdders + halfAdders), lut6: 0};
}

/** The one row that a reduction and its chain leave: from the lowest column that has bits, with the carry of the chain. */
export function reducedRow({final, chain}: Reduction): Row {
  const shift = Math.max(
    0,
    final.findIndex((height) => height > 0),
  );
  return {shift, width: final.length - shift + (chain > 0 ? 1 : 0)};
}

/** Elements of a tree. */
export function treeElements({adderBits}: TreeCost): ElementCounts {
  return {adderBits, lut5: 0, lut6: 0};
}

/**
 * Elements if Wallace's rule compresses the first `compressed` rows in tables and adder chains add their sum and the
 * other rows.
 */
export function splitElements(rows: readonly Row[], compressed: number): ElementCounts {
  if (compressed === 0) return treeElements(adderTreeCost(rows));
  const reduction = compress(columnHeights(rows.slice(0, compressed)), "wallace");
  const tables = reductionElements(reduction);
  const tree = adderTreeCost([reducedRow(reduction), ...rows.slice(compressed)]);
  return {...tables, adderBits: tables.adderBits + tree.adderBits};
}

/** Split of rows over tables and adders. */
export interface Split {
  readonly compressedRows: number;
  readonly adderBits: number;
  readonly lut5: number;
  readonly alms: number;
}

/**
 * Splits of rows by the number that is compressed: none, or any from three.
 * @returns elements by split, in ascending order of compressed rows
 */
function allSplits(rows: readonly Row[]): {compressedRows: number; elements: ElementCounts}[] {
  const counts = [0, ...Array.from({length: Math.max(0, rows.length - 2)}, (_, i) => i + 3)];
  return counts.map((compressedRows) => ({compressedRows, elements: splitElements(rows, compressedRows)}));
}

/** Best split for each of some rules: the fewest modules, of equal ones that with the fewest compressed rows. */
export function bestSplits<R extends AlmRule>(rows: readonly Row[], rules: readonly R[]): Record<R, Split> {
  const splits = allSplits(rows);
  const best = (rule: R): Split =>
    splits
      .map(({compressedRows, elements: {adderBits, lut5, lut6}}) => ({
        compressedRows,
        adderBits,
        lut5,
        alms: almsOf({adderBits, lut5, lut6}, rule),
      }))
      .reduce((least, split) => (split.alms < least.alms ? split : least));
  return Object.fromEntries(rules.map((rule) => [rule, best(rule)])) as Record<R, Split>;
}
