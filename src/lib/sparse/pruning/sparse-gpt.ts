/**
 * SparseGPT: columns are pruned one after another, and what that did to the outputs is undone, as far as it goes, by the
 * columns still to come. (arXiv:2301.00774, section 3)
 */

import type {Calibration} from "../../engine/calibration/calibration.js";
import {
  type ColumnRounding,
  compensated,
  compensationFactor,
  dampingParam,
  withoutDeadInputs,
} from "../../engine/calibration/compensation.js";
import {nmMask} from "../../tensor/nm-mask.js";
import {matrixSize} from "../../tensor/tensor.js";
import {keepMask} from "./keep-mask.js";
import type {PruningPattern} from "./pattern.js";
import {pruningMethod} from "./pruning-method.js";

/** Sizes of a weight, and the diagonal of its compensating factor. */
interface Layer {
  readonly rows: number;
  readonly columns: number;
  readonly pivots: Float64Array;
}

/**
 * What goes of a block of columns: the weights whose loss costs least after compensation, w^2 / U_cc^2, among
 * all rows of the block.
 */
function blockPruning({rows, pivots, columns}: Layer, density: number, blockSize: number): ColumnRounding {
  return {
    groupSize: blockSize,
    beginGroup(weights, from, to) {
      const width = to - from;
      const values = Float64Array.from({length: rows * width}, (_, k) => {
        const column = from + (k % width);
        return (weights[Math.floor(k / width) * columns + column] / pivots[column]) ** 2;
      });
      const kept = keepMask({values, rows, columns: width}, {kind: "unstructured", density}, "matrix");
      return (row, column, value) => (kept[row * width + column - from] === 1 ? value : 0);
    },
  };
}

/** N of M: each row chooses when its group of M columns begins, among weights as compensated until then. */
function groupPruning(
  {columns, pivots}: Layer,
  {n, m}: {readonly n: number; readonly m: number},
  blockSize: number,
): ColumnRounding {
  return {
    // A group must not lie across the border of a block: behind it weights are compensated later.
    groupSize: Math.max(1, Math.floor(blockSize / m)) * m,
    beginGroup(weights) {
      let kept: Uint8Array = new Uint8Array(m);
      return (row, column, value) => {
        const i = column % m;
        if (i === 0) {
          const scores = Float64Array.from(
            {length: m},
            (_, c) => (weights[row * columns + column + c] / pivots[column + c]) ** 2,
          );
          kept = nmMask(scores, m, n, m);
        }
        return kept[i] === 1 ? value : 0;
      };
    },
  };
}

const pruningOf = (layer: Layer, pattern: PruningPattern, blockSize: number): ColumnRounding =>
  pattern.kind === "n-of-m"
    ? groupPruning(layer, pattern, blockSize)
    : blockPruning(layer, pattern.density, blockSize);

const factors = new WeakMap<Calibration, {readonly damping: number; readonly u: Float64Array}>();

/** The factor of some inputs: all weights that read them, in every pattern, have the same. */
function factorOf(inputs: Calibration, damping: number): Float64Array {
  const known = factors.get(inputs);
  if (known?.damping === damping) return known.u;
  const u = compensationFactor("prune sparsegpt", inputs, damping);
  factors.set(inputs, {damping, u});
  return u;
}

/** SparseGPT: the weights go whose loss the others of their row can make up for best, and the others do. */
export const sparseGpt = pruningMethod({
  id: "sparsegpt",
  label: "SparseGPT",
  source: "arXiv:2301.00774, section 3",
  params: {
    damping: dampingParam,
    blockSize: {
      kind: "integer",
      label: "Columns that choose together",
      help: "Weights of a block of columns compete for the density; groups of N:M stay within one.",
      min: 1,
      max: 4096,
      default: 128,
    },
  },
  needs: ["calibration"],
  competes: "the weights of a block of columns",
  compensates: true,
  prune(weight, pattern, inputs, {damping, blockSize}) {
    const {rows, columns} = matrixSize(weight);
    const u = factorOf(inputs, damping);
    const pivots = Float64Array.from({length: columns}, (_, c) => u[c * columns + c]);
    const rounding = pruningOf({rows, columns, pivots}, pattern, blockSize);
    return compensated(withoutDeadInputs(weight, inputs), u, rounding);
  },
});
