import type {Row} from "./rows.js";

/** Cost of a tree of ripple adders. */
export interface TreeCost {
  /** Adder bits over all chains; the last bit of each brings out its carry. */
  readonly adderBits: number;
  readonly chains: number;
  readonly levels: number;
}

/** Sum of two rows: where it stands, and how many columns of the upper row's span are really added. */
export interface JoinedRow extends Row {
  /** Columns added by the chain, without the bit of the carry; 0 where the rows do not overlap. */
  readonly added: number;
}

/** Sum of two rows of which `low` begins no later: rows that do not overlap are only put side by side. */
export function joined(low: Row, high: Row): JoinedRow {
  const offset = high.shift - low.shift;
  if (offset >= low.width) return {shift: low.shift, width: offset + high.width, added: 0};
  const added = Math.max(low.width - offset, high.width);
  return {shift: low.shift, width: offset + added + 1, added};
}

/**
 * One level of the tree: neighbours are joined in pairs, a row without a partner passes through.
 * @param join of two rows, the one that begins first in front
 */
export function joinPairs<T extends Row>(rows: readonly T[], join: (low: T, high: T) => T): T[] {
  const next: T[] = [];
  for (let i = 0; i + 1 < rows.length; i += 2) {
    const [a, b] = [rows[i], rows[i + 1]];
    next.push(a.shift <= b.shift ? join(a, b) : join(b, a));
  }
  if (rows.length % 2 === 1) next.push(rows[rows.length - 1]);
  return next;
}

/** Cost of the tree that adds rows by ripple chains of two operands. */
export function adderTreeCost(rows: readonly Row[]): TreeCost {
  let [adderBits, chains, levels] = [0, 0, 0];
  const join = (low: Row, high: Row) => {
    const sum = joined(low, high);
    if (sum.added > 0) {
      adderBits += sum.added + 1;
      chains++;
    }
    return sum;
  };
  for (let rest = rows; rest.length > 1; levels++) rest = joinPairs(rest, join);
  return {adderBits, chains, levels};
}
