import {requireInteger} from "../../tensor/require.js";
import {type Dataflow, foldCycles, mappingOf} from "./layer.js";

/** A row-major matrix of numbers. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: ArrayLike<number>;
}

/** The array after one cycle. Lists are row-major over the R x C elements; null where nothing valid is. */
export interface Frame {
  /** From 0, over all folds. */
  readonly cycle: number;
  /** [row fold, column fold]. */
  readonly fold: readonly [number, number];
  readonly phase: "load" | "compute";
  /** Operand that moved in from the left. */
  readonly fromLeft: readonly (number | null)[];
  /** OS: the operand from above. WS, IS: the partial sum that arrived from above, own product added. */
  readonly fromTop: readonly (number | null)[];
  /** OS: the accumulators. WS, IS: the operand that stays. */
  readonly held: readonly (number | null)[];
  /** Elements that multiplied in this cycle. */
  readonly active: number;
}

type Grid = (number | null)[];

/** Placement by a dataflow: elements by fold index, and the place of a finished sum. */
interface Problem {
  readonly R: number;
  readonly C: number;
  readonly rows: number;
  readonly columns: number;
  readonly time: number;
  /** The operand from the left for array row `r` (of the whole mapping) at step `t`. */
  readonly left: (r: number, t: number) => number;
  /** OS: the operand from above for column `c` at step `t`. WS, IS: the operand that stays at (r, c). */
  readonly top: (r: number, c: number) => number;
  /** Adds a finished sum to the output. */
  readonly done: (row: number, column: number, value: number) => void;
}

const at = ({columns, data}: Matrix, row: number, column: number): number => data[row * columns + column];

function problemOf(
  A: Matrix,
  B: Matrix,
  dataflow: Dataflow,
  array: readonly [number, number],
  Y: Float64Array,
): Problem {
  const N = B.columns;
  const [R, C] = array;
  const base = {...mappingOf({type: "gemm", M: A.rows, N, K: A.columns}, dataflow), R, C};
  if (dataflow === "os") {
    return {
      ...base,
      left: (m, k) => at(A, m, k),
      top: (k, n) => at(B, k, n),
      done: (m, n, value) => {
        Y[m * N + n] += value;
      },
    };
  }
  if (dataflow === "ws") {
    return {
      ...base,
      left: (k, m) => at(A, m, k),
      top: (k, n) => at(B, k, n),
      done: (m, n, value) => {
        Y[m * N + n] += value;
      },
    };
  }
  return {
    ...base,
    left: (k, n) => at(B, k, n),
    top: (k, m) => at(A, m, k),
    done: (n, m, value) => {
      Y[m * N + n] += value;
    },
  };
}

const empty = (R: number, C: number): Grid => new Array<number | null>(R * C).fill(null);

/** Everything moves one element to the right; the left edge takes `input`. */
function shiftRight(grid: Grid, R: number, C: number, input: (r: number) => number | null): Grid {
  return grid.map((_, i) => (i % C === 0 ? input(Math.floor(i / C)) : grid[i - 1])).slice(0, R * C);
}

/** Both operands move; each element adds its product to its own sum. */
function* outputStationary(p: Problem, i: number, j: number, start: number): Generator<Frame> {
  const {R, C, rows, columns, time} = p;
  let fromLeft = empty(R, C);
  let fromTop = empty(R, C);
  const held = empty(R, C);
  const [row0, column0] = [i * R, j * C];
  const cycles = foldCycles("os", time, R, C);
  for (let t = 0; t < cycles; t++) {
    const valid = (step: number) => step >= 0 && step < time;
    fromLeft = shiftRight(fromLeft, R, C, (r) =>
      row0 + r < rows && valid(t - r) ? p.left(row0 + r, t - r) : null,
    );
    fromTop = fromTop.map((_, x) => {
      const c = x % C;
      if (x >= C) return fromTop[x - C];
      return column0 + c < columns && valid(t - c) ? p.top(t - c, column0 + c) : null;
    });
    let active = 0;
    for (let x = 0; x < R * C; x++) {
      if (fromLeft[x] === null || fromTop[x] === null) continue;
      held[x] = (held[x] ?? 0) + (fromLeft[x] as number) * (fromTop[x] as number);
      active++;
    }
    yield {cycle: start + t, fold: [i, j], phase: "compute", fromLeft, fromTop, held: [...held], active};
  }
  held.forEach((value, x) => {
    if (value !== null) p.done(row0 + Math.floor(x / C), column0 + (x % C), value);
  });
}

/** The block that stays is shifted in from above, then the other operand streams past and sums move down. */
function* stationary(p: Problem, i: number, j: number, start: number): Generator<Frame> {
  const {R, C, rows, columns, time} = p;
  const [row0, column0] = [i * R, j * C];
  let held = empty(R, C);
  const none = empty(R, C);
  for (let t = 0; t < R; t++) {
    const row = row0 + R - 1 - t;
    held = held.map((_, x) => {
      if (x >= C) return held[x - C];
      return row < rows && column0 + x < columns ? p.top(row, column0 + x) : null;
    });
    yield {cycle: start + t, fold: [i, j], phase: "load", fromLeft: none, fromTop: none, held, active: 0};
  }
  let fromLeft = empty(R, C);
  let sums = empty(R, C);
  for (let t = 0; t < time + R + C - 2; t++) {
    fromLeft = shiftRight(fromLeft, R, C, (r) => {
      const step = t - r;
      return row0 + r < rows && step >= 0 && step < time ? p.left(row0 + r, step) : null;
    });
    let active = 0;
    sums = sums.map((_, x) => {
      const above = x >= C ? sums[x - C] : null;
      if (fromLeft[x] === null || held[x] === null) return above;
      active++;
      return (above ?? 0) + fromLeft[x] * held[x];
    });
    yield {cycle: start + R + t, fold: [i, j], phase: "compute", fromLeft, fromTop: sums, held, active};
    for (let c = 0; c < C; c++) {
      const step = t - (R - 1) - c;
      const value = sums[(R - 1) * C + c];
      if (step >= 0 && step < time && value !== null) p.done(step, column0 + c, value);
    }
  }
}

function requireMatrices(A: Matrix, B: Matrix, [R, C]: readonly [number, number]): void {
  requireInteger("simulateSystolic", "R", R, 1);
  requireInteger("simulateSystolic", "C", C, 1);
  for (const [name, {rows, columns, data}] of Object.entries({A, B})) {
    requireInteger("simulateSystolic", `${name}.rows`, rows, 1);
    requireInteger("simulateSystolic", `${name}.columns`, columns, 1);
    if (data.length !== rows * columns) {
      throw new RangeError(
        `simulateSystolic: ${name} must hold ${rows * columns} numbers, got ${data.length}`,
      );
    }
  }
  if (A.columns !== B.rows) {
    throw new RangeError(`simulateSystolic: B must have ${A.columns} rows, the columns of A, got ${B.rows}`);
  }
}

/**
 * A matrix product flowing through an R x C array cycle by cycle: yields the array after every cycle and returns
 * the product. Folds run column-outer, row-inner, each through the whole array. The results of the
 * output-stationary array are read in place when a fold ends.
 * Cost grows with cycles times elements: for small arrays, to look at.
 */
export function* systolicFrames(
  A: Matrix,
  B: Matrix,
  dataflow: Dataflow,
  array: readonly [number, number],
): Generator<Frame, Matrix> {
  requireMatrices(A, B, array);
  const data = new Float64Array(A.rows * B.columns);
  const problem = problemOf(A, B, dataflow, array, data);
  const run = dataflow === "os" ? outputStationary : stationary;
  const cycles = foldCycles(dataflow, problem.time, ...array);
  let start = 0;
  for (let j = 0; j * problem.C < problem.columns; j++) {
    for (let i = 0; i * problem.R < problem.rows; i++, start += cycles) yield* run(problem, i, j, start);
  }
  return {rows: A.rows, columns: B.columns, data};
}

/** The product and the cycles of `systolicFrames`, without looking. `macs` counts the elements that multiplied. */
export function simulateSystolic(
  A: Matrix,
  B: Matrix,
  dataflow: Dataflow,
  array: readonly [number, number],
): {output: Matrix; cycles: number; macs: number} {
  const frames = systolicFrames(A, B, dataflow, array);
  let cycles = 0;
  let macs = 0;
  for (;;) {
    const {done, value} = frames.next();
    if (done) return {output: value, cycles, macs};
    cycles++;
    macs += value.active;
  }
}
