/**
 * Matrix products of training whose inputs have four bits, forwards and backwards: Quartet's rules and those beside it, on the values
 * of the quantizers. (Quartet, arXiv:2505.14669, section 4 and the released code)
 */

import {hadamard} from "../../tensor/hadamard.js";
import type {RandomStream} from "../../tensor/random.js";
import {rowProducts} from "../../tensor/row-products.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {transpose} from "../../tensor/transpose.js";
import {
  absmaxScale,
  BLOCK,
  isInside,
  nearestLevel,
  type PowerRule,
  questScale,
  stochasticLevel,
} from "./e2m1-rounding.js";

/** Factors of the OCP scale in the backward pass: 1/(3/4), under which nothing reaches 6. */
const WIDENED = 4 / 3;
/** By how much the nearest levels under the widened scale fall short of normal values on average. */
const ALIGNED = 1.009276;

/** Values of a factor forwards, and where its gradient passes. */
export interface Projection {
  readonly values: Tensor;
  /** 1 where it passes, 0 where a value was clipped. */
  readonly mask: Uint8Array;
}

function requireBlocks(where: string, x: Tensor): void {
  const {columns} = matrixSize(x);
  if (columns % BLOCK !== 0) {
    throw new RangeError(`${where}: columns must be a multiple of ${BLOCK}, got ${columns}`);
  }
}

/** Each block of a row times the orthonormal Hadamard matrix, the signs before it; or the way back. */
export function rotateBlocks(x: Tensor, signs: Float32Array | null, inverse = false): Tensor {
  requireBlocks("rotateBlocks", x);
  const shape = [x.data.length / BLOCK, BLOCK];
  const flipped = (data: Float32Array) => (signs ? data.map((v, i) => v * signs[i % BLOCK]) : data);
  const {data} = hadamard({shape, data: inverse ? x.data : flipped(x.data)}, {inverse});
  return {shape: x.shape, data: inverse ? flipped(data) : data};
}

function byBlocks(x: Tensor, round: (block: Float32Array, into: Float32Array, at: number) => void): Tensor {
  const data = new Float32Array(x.data.length);
  for (let at = 0; at < data.length; at += BLOCK) {
    round(x.data.subarray(at, at + BLOCK), data.subarray(at, at + BLOCK), at);
  }
  return {shape: x.shape, data};
}

/**
 * QuEST's projection of a rotated factor: nearest levels under a scale that fits a normal distribution, beyond which values are clipped.
 * @throws RangeError if rows are no whole blocks.
 */
export function questProjection(x: Tensor, rule: PowerRule = "nearest"): Projection {
  requireBlocks("questProjection", x);
  const mask = new Uint8Array(x.data.length);
  const values = byBlocks(x, (block, into, at) => {
    const scale = questScale(block, rule);
    for (let i = 0; i < BLOCK; i++) {
      into[i] = nearestLevel(block[i] / scale) * scale;
      mask[at + i] = Number(isInside(block[i], scale));
    }
  });
  return {values, mask};
}

/** Nearest levels under the OCP scale times `factor`: 1 is MXFP4 itself, which clips; 4/3 clips nothing. */
export const roundNearest = (x: Tensor, factor = 1): Tensor =>
  byBlocks(x, (block, into) => {
    const scale = absmaxScale(block) * factor;
    for (let i = 0; i < BLOCK; i++) into[i] = nearestLevel(block[i] / scale) * scale;
  });

/** Unbiased levels under the widened scale: up or down by chance, in proportion to the distance. */
export const roundStochastic = (x: Tensor, {uniform}: Pick<RandomStream, "uniform">): Tensor =>
  byBlocks(x, (block, into) => {
    const scale = absmaxScale(block) * WIDENED;
    for (let i = 0; i < BLOCK; i++) into[i] = stochasticLevel(block[i] / scale, uniform()) * scale;
  });

/** A way to round the factors of a gradient's products. */
export interface GradientRounding {
  readonly id: string;
  readonly name: string;
  /** True where blocks are rotated, with fresh signs at every step. */
  readonly isRotated: boolean;
  round(x: Tensor, stream: RandomStream): Tensor;
}

/** Ways to round the gradient's factors, MXFP4's own first and Quartet's last. */
export const gradientRoundings: readonly GradientRounding[] = Object.freeze([
  {id: "mxfp4", name: "MXFP4, nearest", isRotated: false, round: (x) => roundNearest(x)},
  {id: "nearest", name: "Rotated, nearest", isRotated: true, round: (x) => roundNearest(x, WIDENED)},
  {
    id: "aligned",
    name: "Rotated, nearest, aligned",
    isRotated: true,
    round: (x) => {
      const {shape, data} = roundNearest(x, WIDENED);
      return {shape, data: data.map((v) => v * ALIGNED)};
    },
  },
  {id: "stochastic", name: "Rotated, stochastic (Quartet)", isRotated: true, round: roundStochastic},
] satisfies GradientRounding[]);

/** Signs of a step's Hadamard matrix. */
const drawnSigns = ({integer}: RandomStream): Float32Array =>
  Float32Array.from({length: BLOCK}, () => 1 - 2 * integer(2));

/**
 * The product a · bᵀ over rounded factors; both are rotated by the same matrix, which cancels in the product.
 * @param a [rows, n] and b [columns, n], n a multiple of 32
 * @throws RangeError if rows are no whole blocks.
 */
export function roundedProduct(
  a: Tensor,
  b: Tensor,
  rounding: GradientRounding,
  stream: RandomStream,
): Tensor {
  const signs = rounding.isRotated ? drawnSigns(stream) : null;
  const [first, second] = [a, b].map((x) =>
    rounding.round(rounding.isRotated ? rotateBlocks(x, signs) : x, stream),
  );
  return product(first, second);
}

/** a · bᵀ, summed in float64. */
export function product(a: Tensor, b: Tensor): Tensor {
  const [p, q] = [matrixSize(a), matrixSize(b)];
  const sums = rowProducts(Float64Array.from(a.data), p.rows, Float64Array.from(b.data), q.rows, p.columns);
  return {shape: [p.rows, q.rows], data: Float32Array.from(sums)};
}

/** A matrix [rows, columns] as [columns, rows]. */
export function transposedMatrix(x: Tensor): Tensor {
  const {rows, columns} = matrixSize(x);
  return {shape: [columns, rows], data: transpose(x.data, rows, columns)};
}

/** Gradients of a linear map x · wᵀ by its output's gradient: of x [tokens, inputs], and of w [outputs, inputs]. */
export function roundedGradients(
  {grad, x, w}: Readonly<Record<"grad" | "x" | "w", Tensor>>,
  rounding: GradientRounding,
  stream: RandomStream,
): {readonly x: Tensor; readonly w: Tensor} {
  return {
    x: roundedProduct(grad, transposedMatrix(w), rounding, stream),
    w: roundedProduct(transposedMatrix(grad), transposedMatrix(x), rounding, stream),
  };
}
