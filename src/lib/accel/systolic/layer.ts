import {requireInteger} from "../../tensor/require.js";

/** The three classic dataflows: what stays in the processing elements while the rest streams past. */
export type Dataflow = "os" | "ws" | "is";

/** A matrix product A [M, K] x B [K, N]. */
export interface Gemm {
  readonly type: "gemm";
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** A convolution without padding, batch 1: input [ih, iw, cin], window fh x fw, `cout` filters. */
export interface Conv {
  readonly type: "conv";
  readonly ih: number;
  readonly iw: number;
  readonly fh: number;
  readonly fw: number;
  readonly cin: number;
  readonly cout: number;
  readonly stride: number;
}

/** A layer that a systolic array runs: a product or a convolution. */
export type Layer = Gemm | Conv;

const SIDES = {
  gemm: ["M", "N", "K"],
  conv: ["ih", "iw", "fh", "fw", "cin", "cout", "stride"],
} as const;

/**
 * The matrix product a layer is for the array; a convolution becomes one with a row a window (M output pixels),
 * a column a filter and K the elements of a window. A window may hang over the lower or right edge when the
 * stride does not divide: SCALE-Sim rounds the number of windows up.
 * @throws RangeError if a dimension is no integer of at least 1 or the window is larger than the input.
 */
export function gemmOf(layer: Layer): Gemm {
  for (const side of SIDES[layer.type]) {
    requireInteger("gemmOf", side, (layer as unknown as Record<string, number>)[side], 1);
  }
  if (layer.type === "gemm") return layer;
  const {ih, iw, fh, fw, cin, cout, stride} = layer;
  if (fh > ih || fw > iw) {
    throw new RangeError(`gemmOf: fh x fw must be at most ih x iw = ${ih} x ${iw}, got ${fh} x ${fw}`);
  }
  const windows = (input: number, window: number) => Math.ceil((input - window + stride) / stride);
  return {type: "gemm", M: windows(ih, fh) * windows(iw, fw), N: cout, K: fh * fw * cin};
}

/** Layout of a product on the array: `rows` x `columns` is spread over the elements, `time` streams through. */
export interface Mapping {
  readonly rows: number;
  readonly columns: number;
  readonly time: number;
}

/** The extent a dataflow spreads over rows, columns and time. (SCALE-Sim, table of its section on dataflows) */
export function mappingOf({M, N, K}: Gemm, dataflow: Dataflow): Mapping {
  if (dataflow === "os") return {rows: M, columns: N, time: K};
  if (dataflow === "ws") return {rows: K, columns: N, time: M};
  return {rows: K, columns: M, time: N};
}

/** Cycles from the first operand in to the last result out of one full fold of an R x C array. */
export function foldCycles(dataflow: Dataflow, time: number, rows: number, columns: number): number {
  return dataflow === "os" ? time + rows + columns - 2 : 2 * rows + columns + time - 2;
}
