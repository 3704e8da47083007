import type {Family} from "../technique/families.js";
import {matrixSize, type Tensor} from "../tensor/tensor.js";
import type {OperationCounts} from "./counts.js";

/**
 * The relation of a result to the product of what was read: `exact` to the last bit, `rounded` where floating-point sums
 * run in another order, `approximate` where products themselves err.
 */
export type Exactness = "exact" | "rounded" | "approximate";

/** Choices that a product is run with; each arithmetic takes those that it knows. */
export interface ArithmeticSetting {
  /** Bits of a weight, 1 to 8 where an arithmetic takes them. */
  readonly weightBits: number;
  /** Bits of an input where inputs become integers, 1 to 8. */
  readonly inputBits: number;
  /** Mantissa bits of factors that stay floating-point numbers, 1 to 23. */
  readonly mantissaBits: number;
  /** Inputs that share a table of their sums, 1 to 8. */
  readonly tableInputs: number;
  /** Signed powers of two of a weight, at most. */
  readonly terms: number;
}

/** Weights of 4 bits, inputs of 8, mantissas of 4 bits, tables over four inputs, two powers of two. */
export const DEFAULT_SETTING: ArithmeticSetting = {
  weightBits: 4,
  inputBits: 8,
  mantissaBits: 4,
  tableInputs: 4,
  terms: 2,
};

/** A product of matrices, what it really multiplied, and what it took. */
export interface ArithmeticRun {
  /** X W^T, [tokens, outputs]. */
  readonly output: Float64Array;
  /** Weights as they were read, [outputs, inputs]. */
  readonly weights: Float64Array;
  /** Inputs as they were read, [tokens, inputs]. */
  readonly inputs: Float64Array;
  readonly counts: OperationCounts;
}

/** A product without a multiplier. */
export interface Arithmetic {
  readonly id: string;
  readonly label: string;
  readonly family: Family;
  /** Paper and section. */
  readonly source: string;
  readonly exactness: Exactness;
  /** Fewest and most bits of a weight that it takes; of a mantissa where weights stay floating-point numbers. */
  readonly weightBits: readonly [number, number];
  /**
   * X W^T of weights W [outputs, inputs] and inputs X [tokens, inputs].
   * @throws RangeError if a setting is out of range or the matrices do not fit each other.
   */
  product(weights: Tensor, inputs: Tensor, setting?: Partial<ArithmeticSetting>): ArithmeticRun;
}

/** Sizes of a product. */
export interface ProductSize {
  readonly tokens: number;
  readonly outputs: number;
  readonly width: number;
}

/** Sizes of X W^T. @throws RangeError if the rows of both are not equally long. */
export function productSize(weights: Tensor, inputs: Tensor): ProductSize {
  const [w, x] = [matrixSize(weights), matrixSize(inputs)];
  if (w.columns !== x.columns) {
    throw new RangeError(`product: inputs must have rows of ${w.columns}, got ${x.columns}`);
  }
  return {tokens: x.rows, outputs: w.rows, width: w.columns};
}

/** A whole setting; what is missing takes its default. */
export const settingOf = (given: Partial<ArithmeticSetting> = {}): ArithmeticSetting => ({
  ...DEFAULT_SETTING,
  ...given,
});

/** A result for each pair of a token and an output, [tokens, outputs]. */
export function everyPair(
  {tokens, outputs}: ProductSize,
  of: (token: number, output: number) => number,
): Float64Array {
  return Float64Array.from({length: tokens * outputs}, (_, i) => of(Math.floor(i / outputs), i % outputs));
}
