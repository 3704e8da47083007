/** Queries and outputs in the coordinates in which a cache holds keys and values. */

import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Basis} from "../cache/stored-kv.js";
import type {Queries} from "./query-heads.js";

/** Coordinates of heads in the kernel's memory: all queries in them, and room for sums of values. */
export interface QuerySpace {
  /** Coordinates of a head. */
  readonly width: number;
  /** Addresses of the queries and of the sums, [heads, width] each. */
  readonly q: number;
  readonly out: number;
}

/** Spaces of one call, each made when a run asks for it. */
export interface QuerySpaces {
  of(basis: Basis | undefined): QuerySpace;
  /** The sums of all spaces, as numbers of the heads. */
  sum(): Float32Array;
}

/**
 * A query is turned into a basis once, so that its products with coordinates are those with keys; sums of coordinates of values come
 * back once at the end.
 */
export function querySpaces(heap: WasmHeap, take: (bytes: number) => number, call: Queries): QuerySpaces {
  const {q, heads, kvHeads, headDim} = call;
  const group = heads / kvHeads;
  const spaces = new Map<Basis | undefined, QuerySpace>();
  const make = (basis: Basis | undefined): QuerySpace => {
    const width = basis?.width ?? headDim;
    const [own, out] = [0, 1].map(() => take(4 * heads * width));
    heap.floats(own, heads * width).set(basis ? intoBasis(q, basis, group, headDim) : q);
    heap.floats(out, heads * width).fill(0);
    return {width, q: own, out};
  };
  return {
    of(basis) {
      const space = spaces.get(basis) ?? make(basis);
      spaces.set(basis, space);
      return space;
    },
    sum() {
      const all = new Float32Array(q.length);
      for (const [basis, {width, out}] of spaces) {
        const own = heap.floats(out, heads * width);
        const sums = basis ? outOfBasis(own, basis, group, headDim) : own;
        for (let i = 0; i < all.length; i++) all[i] = all[i] + sums[i];
      }
      return all;
    },
  };
}

/** Bytes of spaces of these bases, and of that of the heads. */
export const spaceBytes = (bases: Iterable<Basis>, {heads, headDim}: Queries): number =>
  [headDim, ...[...bases].map(({width}) => width)].reduce((sum, width) => sum + 8 * heads * width + 32, 0);

/** matrixᵀ · q of each head, whose key head has a matrix of its own. */
function intoBasis(q: Float32Array, {width, matrix}: Basis, group: number, headDim: number): Float32Array {
  const heads = q.length / headDim;
  const turned = new Float32Array(heads * width);
  for (let h = 0; h < heads; h++) {
    const from = Math.floor(h / group) * headDim;
    for (let w = 0; w < width; w++) {
      let sum = 0;
      for (let c = 0; c < headDim; c++) sum += q[h * headDim + c] * matrix[(from + c) * width + w];
      turned[h * width + w] = sum;
    }
  }
  return turned;
}

/** matrix · y of each head. */
function outOfBasis(y: Float32Array, {width, matrix}: Basis, group: number, headDim: number): Float32Array {
  const heads = y.length / width;
  const out = new Float32Array(heads * headDim);
  for (let h = 0; h < heads; h++) {
    const from = Math.floor(h / group) * headDim;
    for (let c = 0; c < headDim; c++) {
      let sum = 0;
      for (let w = 0; w < width; w++) sum += matrix[(from + c) * width + w] * y[h * width + w];
      out[h * headDim + c] = sum;
    }
  }
  return out;
}
