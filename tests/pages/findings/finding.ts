/** A sentence of a page that states a result, or a piece of it as it stands there, and what the rows must show for it. */
export interface Finding {
  readonly page: string;
  readonly says: string;
  /** Throws unless the rows that are kept show what the sentence says. */
  holds(): void;
}

/** Findings of one page. */
export const findingsOf = (page: string, findings: Readonly<Record<string, () => void>>): Finding[] =>
  Object.entries(findings).map(([says, holds]) => ({page, says, holds}));

/** Different values of rows, in their order. */
export const distinct = <R, T>(rows: readonly R[], of: (row: R) => T): T[] => [...new Set(rows.map(of))];

/**
 * The only row of which something holds.
 * @throws RangeError if there is none, or more than one.
 */
export function only<R>(rows: readonly R[], holds: (row: R) => boolean): R {
  const found = rows.filter(holds);
  if (found.length !== 1) throw new RangeError(`only: rows must hold one such row, got ${found.length}`);
  return found[0];
}

/** A row by some of its cells: the only one that has them. */
export const rowWith = <R extends object>(rows: readonly R[], cells: Partial<R>): R =>
  only(rows, (row) => Object.entries(cells).every(([name, value]) => row[name as keyof R] === value));
