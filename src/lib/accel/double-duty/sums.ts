import {joined, joinPairs} from "./adder-tree.js";
import {type CompressorRule, compress, type Pass} from "./compressor.js";
import {csdDigits} from "./csd.js";
import {type Builder, FALSE, type Signal, TRUE} from "./netlist.js";
import {columnHeights, type Row, setBits} from "./rows.js";

/** A row with the signals of its bits. */
export interface SignalRow extends Row {
  readonly bits: readonly Signal[];
}

/** Rows of a sum, and the number of its bits: the sum is taken modulo 2^width. */
export interface SumRows {
  readonly rows: readonly SignalRow[];
  readonly width: number;
}

/** Ways that rows are added: by chains in a tree, by a compressor and one chain, or the first rows so and the rest by a tree. */
export type SumPlan = "tree" | CompressorRule | {readonly compressedRows: number};

const rowAt = (shift: number, bits: readonly Signal[]): SignalRow => ({shift, width: bits.length, bits});

/** Bits that hold sums of weights times inputs of `inputBits`. */
export function sumWidth(weights: readonly number[], inputBits: number): number {
  const most = weights.reduce((sum, weight) => sum + Math.max(0, weight), 0) * (2 ** inputBits - 1);
  return setBits(most).length === 0 ? 0 : Math.floor(Math.log2(most)) + 1;
}

/** Rows of sum w_i x_i in plain binary. */
export function binarySum(weights: readonly number[], words: readonly (readonly Signal[])[]): SumRows {
  const rows = weights.flatMap((weight, i) => setBits(weight).map((shift) => rowAt(shift, words[i])));
  return {rows, width: sumWidth(weights, words[0]?.length ?? 0)};
}

const modulo = (n: number, width: number) => ((n % 2 ** width) + 2 ** width) % 2 ** width;

/** Row of a constant: its lowest to its highest set bit; none for 0. */
function constantRow(n: number): SignalRow[] {
  const places = setBits(n);
  if (places.length === 0) return [];
  const [first, last] = [places[0], places[places.length - 1]];
  const bits = Array.from({length: last - first + 1}, (_, i) => (places.includes(first + i) ? TRUE : FALSE));
  return [rowAt(first, bits)];
}

/**
 * Rows of sum w_i x_i by canonical signed digits. A digit of -1 adds the inverted input; what the inversion adds too much,
 * 2^(s + b) - 2^s for b bits at column s, is collected in one constant row.
 */
export function csdSum(weights: readonly number[], words: readonly (readonly Signal[])[]): SumRows {
  const width = sumWidth(weights, words[0]?.length ?? 0);
  const rows: SignalRow[] = [];
  let constant = 0;
  weights.forEach((weight, i) => {
    csdDigits(weight).forEach((digit, shift) => {
      if (digit === 0) return;
      rows.push(rowAt(shift, digit > 0 ? words[i] : words[i].map((signal) => signal ^ 1)));
      if (digit < 0) constant += 2 ** shift - 2 ** (shift + words[i].length);
    });
  });
  for (const row of constantRow(modulo(constant, width))) rows.push(row);
  return {rows, width};
}

const cut = (row: SignalRow, width: number): SignalRow =>
  rowAt(row.shift, row.bits.slice(0, Math.max(0, width - row.shift)));

/** Sum of two rows modulo 2^width, `low` the one that begins first. */
function addRows(builder: Builder, low: SignalRow, high: SignalRow, width: number): SignalRow {
  const offset = high.shift - low.shift;
  const {added} = joined(low, high);
  const below = Array.from({length: offset}, (_, i) => low.bits[i] ?? FALSE);
  if (added === 0) return cut(rowAt(low.shift, [...below, ...high.bits]), width);
  const room = width - high.shift;
  const operands = [low.bits.slice(offset, offset + room), high.bits.slice(0, room)] as const;
  const sums = added >= room ? builder.addWrapped(...operands) : builder.add(...operands);
  return cut(rowAt(low.shift, [...below, ...sums]), width);
}

function addTree(builder: Builder, rows: readonly SignalRow[], width: number): SignalRow {
  let rest = rows.filter(({shift}) => shift < width);
  while (rest.length > 1) rest = joinPairs(rest, (low, high) => addRows(builder, low, high, width));
  return rest[0] ?? rowAt(0, []);
}

const parity = (...bits: number[]) => bits.reduce((sum, bit) => sum ^ bit, 0);
const majority = (...bits: number[]) => (bits.reduce((sum, bit) => sum + bit, 0) > 1 ? 1 : 0);

/** Columns after a pass: full and half adders are two tables each, the sum in its column, the carry in the next. */
function runPass(builder: Builder, columns: readonly Signal[][], pass: Pass, width: number): Signal[][] {
  const next: Signal[][] = Array.from({length: columns.length + 1}, () => []);
  columns.forEach((bits, column) => {
    const {full, half} = pass[column] ?? {full: 0, half: 0};
    const groups = [...Array<number>(full).fill(3), ...Array<number>(half).fill(2)];
    let at = 0;
    for (const size of groups) {
      const taken = bits.slice(at, at + size);
      at += size;
      next[column].push(builder.table(taken, parity));
      if (column + 1 < width) next[column + 1].push(builder.table(taken, majority));
    }
    for (const bit of bits.slice(at)) next[column].push(bit);
  });
  return next;
}

function columnsOf(rows: readonly SignalRow[], width: number): Signal[][] {
  const columns: Signal[][] = Array.from({length: Math.min(width, columnHeights(rows).length)}, () => []);
  for (const {shift, bits} of rows) {
    bits.forEach((bit, i) => {
      if (shift + i < columns.length) columns[shift + i].push(bit);
    });
  }
  return columns;
}

/** One row for many: passes of a compressor, then a chain from the first column of two bits to the top. */
function compressRows(
  builder: Builder,
  rows: readonly SignalRow[],
  rule: CompressorRule,
  width: number,
): SignalRow {
  let columns = columnsOf(rows, width);
  for (const pass of compress(
    columns.map(({length}) => length),
    rule,
  ).passes) {
    columns = runPass(builder, columns, pass, width);
  }
  columns = columns.slice(0, columns.findLastIndex(({length}) => length > 0) + 1).slice(0, width);
  const first = columns.findIndex(({length}) => length > 1);
  const lowest = Math.max(
    0,
    columns.findIndex(({length}) => length > 0),
  );
  const bit = (column: number, place: number) => columns[column][place] ?? FALSE;
  const plain = columns.slice(0, first < 0 ? undefined : first).map((_, column) => bit(column, 0));
  if (first < 0) return rowAt(lowest, plain.slice(lowest));
  const tall = columns.slice(first).map((_, i) => first + i);
  const operands = [tall.map((column) => bit(column, 0)), tall.map((column) => bit(column, 1))] as const;
  const sums = columns.length >= width ? builder.addWrapped(...operands) : builder.add(...operands);
  return rowAt(lowest, [...plain.slice(lowest), ...sums]);
}

/**
 * Sum of rows as a circuit.
 * @returns the sum's bits, least significant first
 */
export function sumCircuit(builder: Builder, {rows, width}: SumRows, plan: SumPlan): Signal[] {
  const counted = typeof plan === "object" ? plan.compressedRows : 0;
  const total =
    plan === "wallace" || plan === "dadda"
      ? compressRows(builder, rows, plan, width)
      : counted === 0
        ? addTree(builder, rows, width)
        : addTree(
            builder,
            [compressRows(builder, rows.slice(0, counted), "wallace", width), ...rows.slice(counted)],
            width,
          );
  return Array.from({length: width}, (_, column) => total.bits[column - total.shift] ?? FALSE);
}
