import {packCodes} from "../../formats/pack.js";
import {requireInteger} from "../../tensor/require.js";
import type {Layout} from "./layout.js";
import {packTile} from "./packed-tile.js";
import type {TileElement} from "./tile-elements.js";
import {
  addCosts,
  addDot,
  castTile,
  loadFromMatrix,
  loadPacked,
  NO_WORK,
  type RegisterTile,
  type TileCosts,
  viewAsCodes,
} from "./tile-program.js";

/** Ways of the weights from memory into registers. */
export const LOADING_WAYS = ["packed for the layout", "as the matrix stands"] as const;

/** One of {@link LOADING_WAYS}. */
export type LoadingWay = (typeof LOADING_WAYS)[number];

/** Weights [depth, width] as codes of an element type. */
export interface CodedWeights {
  readonly codes: Uint8Array;
  readonly depth: number;
  readonly width: number;
  readonly element: TileElement;
}

/**
 * The product of x [rows, depth] with weights, tile after tile by the program load, view, cast, dot; and its work. Tiles at
 * the edges are filled up with codes 0.
 * @throws RangeError if sizes do not fit, or a thread's codes of a tile do not end on a byte.
 */
export function tileProduct(
  x: ArrayLike<number>,
  {codes, depth, width, element}: CodedWeights,
  layout: Layout,
  way: LoadingWay,
): {readonly product: Float64Array; readonly costs: TileCosts} {
  requireInteger("tileProduct", "depth", depth, 1);
  requireInteger("tileProduct", "width", width, 1);
  if (codes.length !== depth * width) {
    throw new RangeError(`tileProduct: codes must be ${depth} × ${width}, got ${codes.length}`);
  }
  const rows = x.length / depth;
  requireInteger("tileProduct", "rows of x", rows, 1);
  const [tileRows, tileColumns] = layout.shape;
  const across = Math.ceil(width / tileColumns) * tileColumns;
  const down = Math.ceil(depth / tileRows) * tileRows;
  const padded = filledUp(codes, depth, width, down, across);
  const matrix = packCodes(padded, element.bits);
  const product = new Float64Array(rows * width);
  let costs = NO_WORK;
  const after = <T>(step: {tile: T; costs: TileCosts}): T => {
    costs = addCosts(costs, step.costs);
    return step.tile;
  };
  const load = (top: number, left: number): RegisterTile => {
    if (way === "as the matrix stands") {
      return after(loadFromMatrix(matrix, across, [top, left], layout, element.bits));
    }
    const packed = packTile(cutTile(padded, across, [top, left], layout), layout, element.bits);
    return after(viewAsCodes(after(loadPacked(packed, layout, element.bits)), element.bits));
  };
  for (let top = 0; top < depth; top += tileRows) {
    for (let left = 0; left < width; left += tileColumns) {
      const weights = after(castTile(load(top, left), element.values));
      costs = addCosts(costs, addDot(x, rows, depth, weights, [top, left], product));
    }
  }
  return {product, costs};
}

function filledUp(codes: Uint8Array, depth: number, width: number, down: number, across: number): Uint8Array {
  const padded = new Uint8Array(down * across);
  for (let row = 0; row < depth; row++)
    padded.set(codes.subarray(row * width, (row + 1) * width), row * across);
  return padded;
}

function cutTile(
  codes: Uint8Array,
  columns: number,
  [top, left]: readonly [number, number],
  {shape: [rows, width]}: Layout,
): Uint8Array {
  const tile = new Uint8Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const from = (top + row) * columns + left;
    tile.set(codes.subarray(from, from + width), row * width);
  }
  return tile;
}
