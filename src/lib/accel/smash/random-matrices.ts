import {type RandomStream, randomStream} from "../../tensor/random.js";
import {requireInteger} from "../../tensor/require.js";
import {type Csr, csrOf} from "./csr.js";

/** Chances of the four quarters of an R-MAT matrix, into which each entry falls again and again (Graph500). */
const QUARTERS = [0.57, 0.19, 0.19] as const;
/** Values of entries are integers from 1 to this. */
const LARGEST_VALUE = 9;

/** Ways to draw where the entries of a square matrix stand: evenly, or most of them in few rows and columns (R-MAT). */
export const RANDOM_MATRICES = ["uniform", "R-MAT"] as const;

/** One of {@link RANDOM_MATRICES}. */
export type RandomMatrix = (typeof RANDOM_MATRICES)[number];

/** Size of a random matrix. */
export interface RandomMatrixSize {
  /** The matrix has 2^scale rows and columns. */
  readonly scale: number;
  /** Entries that are drawn for each row on average; those that fall on one place are one. */
  readonly perRow: number;
}

/**
 * A square matrix of small integers, the same for the same seed.
 * @throws RangeError unless scale is an integer from 0 to 12, and perRow one from 0 to 64.
 */
export function randomMatrix(kind: RandomMatrix, {scale, perRow}: RandomMatrixSize, seed: number): Csr {
  requireInteger("randomMatrix", "scale", scale, 0, 12);
  requireInteger("randomMatrix", "perRow", perRow, 0, 64);
  const size = 2 ** scale;
  const stream = randomStream(seed, `sparse matrix, ${kind}`);
  const data = new Float64Array(size * size);
  for (let entry = 0; entry < size * perRow; entry++) {
    const place = kind === "uniform" ? stream.integer(size * size) : skewedPlace(stream, scale);
    data[place] = 1 + stream.integer(LARGEST_VALUE);
  }
  return csrOf(data, size, size);
}

/** A place in row-major order: each level of halves goes to one of four quarters by their chances. */
function skewedPlace(stream: RandomStream, scale: number): number {
  let [row, column] = [0, 0];
  for (let level = 0; level < scale; level++) {
    const draw = stream.uniform();
    const isRight = (draw >= QUARTERS[0] && draw < QUARTERS[0] + QUARTERS[1]) || draw >= 1 - lastQuarter;
    const isLower = draw >= QUARTERS[0] + QUARTERS[1];
    row = 2 * row + (isLower ? 1 : 0);
    column = 2 * column + (isRight ? 1 : 0);
  }
  return row * 2 ** scale + column;
}

const lastQuarter = 1 - QUARTERS[0] - QUARTERS[1] - QUARTERS[2];
