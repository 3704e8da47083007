import {requireInteger} from "../tensor/require.js";

/** Elements moved between slow memory and a fast one. */
export interface Transfers {
  readonly reads: number;
  readonly writes: number;
  readonly total: number;
}

/** A matrix in slow memory, row-major. */
export interface SlowMatrix {
  readonly columns: number;
  readonly data: Float64Array;
}

/** A place in a matrix: its first row and column, and how many of each. */
export interface Tile {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** A fast memory: what a computation holds at once must fit, and what it moves is counted. */
export interface Scratchpad {
  /**
   * Copies a tile into fast memory, row-major.
   * @throws RangeError if it does not fit beside what is held.
   */
  read(from: SlowMatrix, tile: Tile): Float64Array;
  /**
   * Room for results, all zero.
   * @throws RangeError as `read`.
   */
  reserve(elements: number): Float64Array;
  /** Copies a tile to slow memory; it stays held. */
  write(to: SlowMatrix, tile: Tile, held: Float64Array): void;
  release(...held: readonly Float64Array[]): void;
  /** All that has been moved so far. */
  transfers(): Transfers;
}

/**
 * A fast memory of so many elements.
 * @throws RangeError unless capacity is an integer of at least 1.
 */
export function scratchpad(capacity: number): Scratchpad {
  requireInteger("scratchpad", "capacity", capacity, 1);
  let [held, reads, writes] = [0, 0, 0];
  const reserve = (elements: number) => {
    if (held + elements > capacity) {
      throw new RangeError(
        `scratchpad: what is held must be at most ${capacity} elements, got ${held + elements}`,
      );
    }
    held += elements;
    return new Float64Array(elements);
  };
  return {
    reserve,
    read(from, tile) {
      const to = reserve(tile.rows * tile.columns);
      eachRow(from, tile, (row, i) => {
        to.set(row, i * tile.columns);
      });
      reads += to.length;
      return to;
    },
    write(to, tile, values) {
      eachRow(to, tile, (row, i) => {
        row.set(values.subarray(i * tile.columns, (i + 1) * tile.columns));
      });
      writes += tile.rows * tile.columns;
    },
    release(...all) {
      for (const {length} of all) held -= length;
    },
    transfers: () => ({reads, writes, total: reads + writes}),
  };
}

function eachRow(
  {columns, data}: SlowMatrix,
  tile: Tile,
  visit: (row: Float64Array, i: number) => void,
): void {
  for (let i = 0; i < tile.rows; i++) {
    const start = (tile.row + i) * columns + tile.column;
    visit(data.subarray(start, start + tile.columns), i);
  }
}
