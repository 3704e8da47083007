/** Time of products with weights in tiles on a processor with matrix extensions (AMX): dense tiles, and tiles that are expanded from a bitmap. */

import {requireInteger, requireNonNegative, requirePositive} from "../../tensor/require.js";

/** Outputs and rows of a tile of weights; a product takes as many rows of activations. */
const TILE = 16;
/** Row tiles of activations that meet a tile of weights while it is in a register: two, of four accumulators. */
const ROW_TILES = 2;
/** Cycles of a tile product: 512 multiply-accumulates of bfloat16 a cycle, 1024 of int8. (SparAMX, arXiv:2502.12444, section 2) */
const PRODUCT_CYCLES = 16;
/** Inputs of a tile. */
const TILE_INPUTS = {bf16: 32, int8: 64} as const;

/** Types of weights in tiles. */
export type TileType = keyof typeof TILE_INPUTS;

/** A processor whose cores have matrix extensions. */
export interface AmxMachine {
  readonly cores: number;
  readonly gigahertz: number;
  /** Of memory, for all cores together. */
  readonly bandwidthGBs: number;
  /** Cycles in which a core expands one row of 64 bytes from its bitmap; no measurement of it is published. */
  readonly cyclesPerRow: number;
}

/** A product of activations [batch, inputs] with weights [outputs, inputs]. */
export interface TileProduct {
  readonly outputs: number;
  readonly inputs: number;
  readonly batch: number;
  readonly type: TileType;
  /** Bytes of the weights as they are stored. */
  readonly weightBytes: number;
  /** True where tiles are expanded from a bitmap. */
  readonly isExpanded: boolean;
}

/** Instructions of a product, and the seconds of each of its parts; all three go on at once, so the longest counts. */
export interface TileCost {
  readonly tileProducts: number;
  readonly expandedRows: number;
  readonly memory: number;
  readonly products: number;
  readonly expand: number;
  readonly seconds: number;
  readonly bound: "memory" | "products" | "expand";
}

/**
 * Modelled time of a product in tiles: the longest of reading the weights, multiplying, with the batch filled up to 16 rows,
 * and expanding, again for every 32 rows of the batch. Activations and what a core waits for are left out.
 * @throws RangeError for a size or a property of the machine that is not positive.
 */
export function tileCost(product: TileProduct, machine: AmxMachine): TileCost {
  for (const name of ["outputs", "inputs", "batch"] as const)
    requireInteger("tileCost", name, product[name], 1);
  for (const name of ["cores", "gigahertz", "bandwidthGBs"] as const) {
    requirePositive("tileCost", name, machine[name]);
  }
  requireNonNegative("tileCost", "cyclesPerRow", machine.cyclesPerRow);
  requireNonNegative("tileCost", "weightBytes", product.weightBytes);
  const tiles = Math.ceil(product.outputs / TILE) * Math.ceil(product.inputs / TILE_INPUTS[product.type]);
  const rowTiles = Math.ceil(product.batch / TILE);
  const tileProducts = tiles * rowTiles;
  const expandedRows = product.isExpanded ? tiles * TILE * Math.ceil(rowTiles / ROW_TILES) : 0;
  const cycles = machine.cores * machine.gigahertz * 1e9;
  const parts = {
    memory: product.weightBytes / (machine.bandwidthGBs * 1e9),
    products: (tileProducts * PRODUCT_CYCLES) / cycles,
    expand: (expandedRows * machine.cyclesPerRow) / cycles,
  };
  const bound = longest(parts);
  return {tileProducts, expandedRows, ...parts, seconds: parts[bound], bound};
}

/** The part that takes longest; of equal ones the first. */
function longest(parts: Readonly<Record<TileCost["bound"], number>>): TileCost["bound"] {
  const names = Object.keys(parts) as TileCost["bound"][];
  return names.reduce((most, name) => (parts[name] > parts[most] ? name : most));
}

/** Sum of costs, one after the other; bound by the part that has the most of the seconds that count. */
export function sumOfTileCosts(
  costs: readonly TileCost[],
): Pick<TileCost, "memory" | "products" | "expand" | "seconds" | "bound"> {
  const total = (of: (cost: TileCost) => number) => costs.reduce((sum, cost) => sum + of(cost), 0);
  const boundBy = (name: TileCost["bound"]) => total((cost) => (cost.bound === name ? cost.seconds : 0));
  return {
    memory: total(({memory}) => memory),
    products: total(({products}) => products),
    expand: total(({expand}) => expand),
    seconds: total(({seconds}) => seconds),
    bound: longest({memory: boundBy("memory"), products: boundBy("products"), expand: boundBy("expand")}),
  };
}
