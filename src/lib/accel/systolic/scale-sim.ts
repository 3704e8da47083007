import {requirePositive} from "../../tensor/require.js";
import {dramReads} from "./dram-reads.js";
import {type Dataflow, foldCycles, type Gemm, gemmOf, type Layer, mappingOf} from "./layer.js";

/** An array of R x C multiply-accumulate elements and its three buffers. */
export interface ScaleSimArray {
  /** [R, C]. */
  readonly array: readonly [number, number];
  /** Buffers in KiB: [ifmap, filter, ofmap]. */
  readonly sramKB: readonly [number, number, number];
  readonly wordBytes?: number;
  /** The active share of the double buffers. */
  readonly activeFraction?: number;
}

/** Report of SCALE-Sim for one layer in its stall-free mode; its names, its quirks. */
export interface ScaleSimResult {
  readonly totalCycles: number;
  readonly stallCycles: number;
  readonly overallUtilPct: number;
  readonly mappingEffPct: number;
  readonly computeUtilPct: number;
  readonly ifmapSramBW: number;
  readonly filterSramBW: number;
  readonly ofmapSramBW: number;
  readonly ifmapSramReads: number;
  readonly filterSramReads: number;
  readonly ofmapSramWrites: number;
  readonly ifmapDramReads: number;
  readonly filterDramReads: number;
  readonly ofmapDramWrites: number;
  /** [rows, columns, time] of the mapping. */
  readonly spatioTemporal: readonly [number, number, number];
  /** [row folds, column folds]. */
  readonly folds: readonly [number, number];
}

interface Folds {
  readonly row: number;
  readonly column: number;
}

/**
 * Accesses of the on-chip buffers. SCALE-Sim adds the sides of the array to the writes of every
 * output-stationary fold, and for the other two never reads back the partial sums that it writes.
 */
function sramAccesses({M, N, K}: Gemm, dataflow: Dataflow, folds: Folds, [R, C]: readonly [number, number]) {
  if (dataflow === "os") {
    return {
      ifmap: M * K * folds.column,
      filter: K * N * folds.row,
      ofmap: M * N + folds.row * folds.column * (R + C),
      written: M * N,
    };
  }
  const written = M * N * folds.row;
  return dataflow === "ws"
    ? {ifmap: M * K * folds.column, filter: K * N, ofmap: written, written}
    : {ifmap: M * K, filter: K * N * folds.column, ofmap: written, written};
}

/**
 * DRAM writes of `written` results. When the first half of the buffer drains on a line boundary, the line that
 * has just begun is stored padded to the width of the array and counted in full.
 */
function dramWrites(written: number, ofmapElements: number, C: number): number {
  const half = ofmapElements / 2;
  return written > half && half % C === 0 ? written + C - 1 : written;
}

/**
 * One layer on a systolic array exactly as SCALE-Sim counts it in its stall-free ("CALC") mode: cycles (one too
 * few, its issue 125), utilisation (with the columns counted twice for WS and IS), SRAM and DRAM traffic.
 * Our own counts are in `corrected.ts`.
 * (scalesim-project/SCALE-Sim at 1d62b68)
 * @throws RangeError for sizes that are no positive integers.
 */
export function scaleSim(layer: Layer, dataflow: Dataflow, machine: ScaleSimArray): ScaleSimResult {
  const {array, sramKB, wordBytes = 1, activeFraction = 0.5} = machine;
  const [R, C] = array;
  for (const [name, value] of Object.entries({
    R,
    C,
    wordBytes,
    ifmap: sramKB[0],
    filter: sramKB[1],
    ofmap: sramKB[2],
  })) {
    requirePositive("scaleSim", name, value);
  }
  const gemm = gemmOf(layer);
  const {rows, columns, time} = mappingOf(gemm, dataflow);
  const folds = {row: Math.ceil(rows / R), column: Math.ceil(columns / C)};
  const cycles = foldCycles(dataflow, time, R, C);
  const totalCycles = folds.row * folds.column * cycles - 1;
  const mappingEffPct = (100 * rows * columns) / (folds.row * folds.column * R * C);
  const sram = sramAccesses(gemm, dataflow, folds, array);
  const [ifmap, filter, ofmap] = sramKB.map((kb) => Math.floor((1024 * kb) / wordBytes));
  const reads = dramReads(layer, dataflow, array, {
    ifmap: {elements: ifmap, activeFraction},
    filter: {elements: filter, activeFraction},
  });
  return {
    totalCycles,
    stallCycles: 0,
    overallUtilPct: (100 * gemm.M * gemm.N * gemm.K) / (totalCycles * R * C),
    mappingEffPct,
    computeUtilPct: (mappingEffPct * time) / (dataflow === "os" ? cycles : cycles + C - 1),
    ifmapSramBW: sram.ifmap / totalCycles,
    filterSramBW: sram.filter / totalCycles,
    ofmapSramBW: sram.ofmap / totalCycles,
    ifmapSramReads: sram.ifmap,
    filterSramReads: sram.filter,
    ofmapSramWrites: sram.ofmap,
    ifmapDramReads: reads.ifmap,
    filterDramReads: reads.filter,
    ofmapDramWrites: dramWrites(sram.written, ofmap, C),
    spatioTemporal: [rows, columns, time],
    folds: [folds.row, folds.column],
  };
}
