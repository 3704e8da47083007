import {requireInteger, requirePositive} from "../../tensor/require.js";
import {type Dataflow, type Gemm, gemmOf, type Layer, mappingOf} from "./layer.js";
import {bestTiling, type Tiling} from "./tiling.js";

/** An array with its memory as it is: one buffer, one bandwidth. */
export interface ArrayMachine {
  /** [R, C]. */
  readonly array: readonly [number, number];
  readonly sramBytes: number;
  /** Bytes from or to DRAM a cycle. */
  readonly bytesPerCycle: number;
  /** Bytes of an element of A, of B and of a partial sum. */
  readonly bytes?: readonly [number, number, number];
  /** The next fold is filled while the last one drains. */
  readonly overlap?: boolean;
}

/** Our count for one layer. Cycles and bytes are modelled. */
export interface CorrectedResult {
  readonly computeCycles: number;
  /** Cycles waited for DRAM, beyond computing, by the operand that was waited for. */
  readonly stallCycles: {readonly ifmap: number; readonly filter: number; readonly ofmap: number};
  readonly totalCycles: number;
  /** Multiply-accumulates over those that the array could do in the total time. */
  readonly utilization: number;
  /** Accesses of the on-chip buffer, elements; partial sums are read back as often as they are added to. */
  readonly sram: {
    readonly ifmap: number;
    readonly filter: number;
    readonly ofmapWrites: number;
    readonly ofmapReads: number;
  };
  readonly dramBytes: {readonly ifmap: number; readonly filter: number; readonly ofmap: number};
  readonly tiling: Tiling;
  /** DRAM bytes over the least any schedule with this buffer can move. */
  readonly overLowerBound: number;
}

/** Cycles of one fold that uses r rows and c columns: an edge fold fills and drains no further than it reaches. */
const edgeFold = (dataflow: Dataflow, time: number, r: number, c: number): number =>
  dataflow === "os" ? time + r + c - 2 : 2 * r + c + time - 2;

/** Sum over all folds; full and edge folds of rows and of columns make at most four kinds. */
export function edgeCycles(
  gemm: Gemm,
  dataflow: Dataflow,
  [R, C]: readonly [number, number],
  overlap = false,
): number {
  const {rows, columns, time} = mappingOf(gemm, dataflow);
  const parts = (size: number, side: number): [number, number][] =>
    size % side === 0
      ? [[size / side, side]]
      : [
          [Math.floor(size / side), side],
          [1, size % side],
        ];
  let cycles = 0;
  for (const [rowFolds, r] of parts(rows, R)) {
    for (const [columnFolds, c] of parts(columns, C)) {
      const one = overlap ? Math.max(time, r) : edgeFold(dataflow, time, r, c);
      cycles += rowFolds * columnFolds * one;
    }
  }
  if (!overlap) return cycles;
  // The fill before the first fold and the drain after the last stand alone.
  const [r, c] = [Math.min(R, rows), Math.min(C, columns)];
  return cycles + edgeFold(dataflow, time, r, c) - Math.max(time, r);
}

function sramTraffic({M, N, K}: Gemm, dataflow: Dataflow, [R, C]: readonly [number, number]) {
  const {rows, columns} = mappingOf({type: "gemm", M, N, K}, dataflow);
  const rowFolds = Math.ceil(rows / R);
  const columnFolds = Math.ceil(columns / C);
  if (dataflow === "os") {
    return {ifmap: M * K * columnFolds, filter: K * N * rowFolds, ofmapWrites: M * N, ofmapReads: 0};
  }
  const sums = {ofmapWrites: M * N * rowFolds, ofmapReads: M * N * (rowFolds - 1)};
  return dataflow === "ws"
    ? {ifmap: M * K * columnFolds, filter: K * N, ...sums}
    : {ifmap: M * K, filter: K * N * columnFolds, ...sums};
}

/**
 * One layer with edge folds as short as they are, partial sums read back, the best tiling for the buffer, and
 * stalls wherever DRAM is slower than the array: tiles are loaded while their predecessors are computed, so each
 * takes the longer of both, and the first load and the last store stand alone.
 * @throws RangeError for sizes that are no positive numbers, or a buffer too small for any tile.
 */
export function correctedSystolic(layer: Layer, dataflow: Dataflow, machine: ArrayMachine): CorrectedResult {
  const {array, sramBytes, bytesPerCycle, bytes = [1, 1, 4], overlap = false} = machine;
  requireInteger("correctedSystolic", "R", array[0], 1);
  requireInteger("correctedSystolic", "C", array[1], 1);
  requirePositive("correctedSystolic", "sramBytes", sramBytes);
  requirePositive("correctedSystolic", "bytesPerCycle", bytesPerCycle);
  const gemm = gemmOf(layer);
  const computeCycles = edgeCycles(gemm, dataflow, array, overlap);
  const tiling = bestTiling(gemm, sramBytes, bytes);
  const {traffic} = tiling;
  const total = traffic.ifmap + traffic.filter + traffic.ofmap;
  const {stall, ...stalls} = stallsOf(computeCycles, tiling, bytesPerCycle);
  const {M, N, K} = gemm;
  const totalCycles = computeCycles + stall;
  return {
    computeCycles,
    stallCycles: stalls,
    totalCycles,
    utilization: (M * N * K) / (totalCycles * array[0] * array[1]),
    sram: sramTraffic(gemm, dataflow, array),
    dramBytes: traffic,
    tiling,
    overLowerBound: total / lowerBoundBytes(gemm, sramBytes, bytes),
  };
}

/** Each operand waits its share of the traffic; what is exposed at both ends belongs to inputs and output. */
function stallsOf(computeCycles: number, {traffic, tiles, first, last}: Tiling, bytesPerCycle: number) {
  const total = traffic.ifmap + traffic.filter + traffic.ofmap;
  const perTile = total / tiles / bytesPerCycle;
  const waiting = tiles * Math.max(0, perTile - computeCycles / tiles);
  const fill = first / bytesPerCycle;
  const drain = last / bytesPerCycle;
  const inputs = traffic.ifmap + traffic.filter;
  const ifmap = (waiting * traffic.ifmap) / total + (fill * traffic.ifmap) / inputs;
  const filter = (waiting * traffic.filter) / total + (fill * traffic.filter) / inputs;
  const ofmap = (waiting * traffic.ofmap) / total + drain;
  return {ifmap, filter, ofmap, stall: ifmap + filter + ofmap};
}

/**
 * The least traffic of a product with a buffer of S elements: 2 M N K / sqrt(S), and never less than each operand
 * once. Elements are priced at the smallest of the three sizes. (Hong and Kung, STOC 1981; constant of Smith et
 * al., arXiv 1702.02017)
 */
export function lowerBoundBytes(
  {M, N, K}: Gemm,
  sramBytes: number,
  [a, b, c]: readonly [number, number, number],
): number {
  const smallest = Math.min(a, b, c);
  const once = M * K * a + K * N * b + M * N * c;
  return Math.max(once, ((2 * M * N * K) / Math.sqrt(sramBytes / smallest)) * smallest);
}
