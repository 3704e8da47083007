import {requireInteger} from "../../tensor/require.js";

/** Outputs of a tile of weights: rows of the accumulator that a tile instruction adds to. */
export const TILE_OUTPUTS = 16;
/** Rows of a tile register. */
export const TILE_ROWS = 16;

/** Sizes that decide where the entries of a weight matrix stand in its tiles. */
export interface TileSizes {
  readonly outputs: number;
  readonly inputs: number;
  /** Inputs side by side in 32 bits of a tile's row: 2 of bfloat16, 4 of int8. */
  readonly interleave: 2 | 4;
  /** Threads that share the columns of tiles. */
  readonly threads: number;
}

/** Tiles of a matrix; those at its ends are filled up with zeros. */
export interface TileGrid {
  /** Columns of tiles, 16 outputs each. */
  readonly columns: number;
  /** Tiles of a column, 16 rows of `interleave` inputs each. */
  readonly rows: number;
  /** True where two columns stand side by side, tile by tile, as a kernel with four accumulators reads them. */
  readonly paired: boolean;
  /** Threads that have work. */
  readonly threads: number;
}

/**
 * Tiles that a matrix takes. Two columns are paired where a thread has more than one.
 * (SparAMX, arXiv:2502.12444; IntelLabs/Hardware-Aware-Automated-Machine-Learning at fc29bc7, SparAMX/layer/sparse_linear.py)
 * @throws RangeError for a size that is no positive integer, and for threads that cannot have the same number of columns each.
 */
export function tileGrid({outputs, inputs, interleave, threads: wanted}: TileSizes): TileGrid {
  requireInteger("tileGrid", "outputs", outputs, 1);
  requireInteger("tileGrid", "inputs", inputs, 1);
  requireInteger("tileGrid", "threads", wanted, 1);
  const filled = Math.ceil(outputs / TILE_OUTPUTS);
  const threads = Math.min(wanted, filled);
  if (filled % threads !== 0) {
    throw new RangeError(`tileGrid: threads must divide the ${filled} columns of tiles, got ${threads}`);
  }
  // Pairs need an even number of columns; an odd one stays as it is.
  const paired = filled > threads && filled % 2 === 0;
  return {columns: filled, rows: Math.ceil(inputs / (TILE_ROWS * interleave)), paired, threads};
}

/** Entries of a tile: 512 of bfloat16, 1024 of int8, 1 KiB in both. */
export const tileEntries = (interleave: 2 | 4): number => TILE_OUTPUTS * TILE_ROWS * interleave;

/** Number of a tile in packed order by its column and its row. */
export function tileNumber({rows, paired}: TileGrid, column: number, row: number): number {
  if (!paired) return column * rows + row;
  return ((column >> 1) * rows + row) * 2 + (column & 1);
}

/**
 * Places of a matrix's entries in packed order, tile by tile: a tile has 16 rows of 16 outputs, each with `interleave`
 * inputs side by side.
 * @returns for each place the index in the matrix [outputs, inputs], row-major, or -1 where a tile reaches beyond it.
 */
export function tileOrder(sizes: TileSizes): Int32Array {
  const grid = tileGrid(sizes);
  const {outputs, inputs, interleave} = sizes;
  const entries = tileEntries(interleave);
  const order = new Int32Array(grid.columns * grid.rows * entries);
  for (let column = 0; column < grid.columns; column++) {
    for (let row = 0; row < grid.rows; row++) {
      const start = tileNumber(grid, column, row) * entries;
      for (let i = 0; i < entries; i++) {
        const lane = i % (TILE_OUTPUTS * interleave);
        const output = column * TILE_OUTPUTS + Math.floor(lane / interleave);
        const input =
          (row * TILE_ROWS + Math.floor(i / (TILE_OUTPUTS * interleave))) * interleave + (lane % interleave);
        order[start + i] = output < outputs && input < inputs ? output * inputs + input : -1;
      }
    }
  }
  return order;
}
