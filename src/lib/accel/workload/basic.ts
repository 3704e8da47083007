import {type Formulas, type Operator, operator} from "../operator.js";

const LINEAR: Formulas = {
  flops: "2 * T * in * out",
  weights: "in * out + bias",
  actRead: "T * in",
  actWrite: "T * out",
};

const LINEAR_TO_CACHE: Formulas = {...LINEAR, actWrite: "0", kvWrite: "T * out"};

/** `T` tokens through a matrix of `inputs` x `outputs`; keys and values go to the cache instead. */
export function linear(
  name: string,
  count: number,
  T: number,
  inputs: number,
  outputs: number,
  {bias = false, toCache = false, kind = "linear" as "linear" | "head"} = {},
): Operator {
  const biases = bias ? outputs : 0;
  const written = T * outputs;
  return operator(
    {
      name,
      kind,
      count,
      formulas: toCache ? LINEAR_TO_CACHE : LINEAR,
      symbols: {T, in: inputs, out: outputs, bias: biases},
    },
    {
      flops: 2 * T * inputs * outputs,
      weights: inputs * outputs + biases,
      actRead: T * inputs,
      actWrite: toCache ? 0 : written,
      kvWrite: toCache ? written : 0,
    },
  );
}

const VECTOR: Formulas = {flops: "a * T * d", weights: "w * d", actRead: "r * T * d", actWrite: "T * d"};
const VECTOR_FUSED: Formulas = {flops: "a * T * d", weights: "w * d"};

/** Element-wise work of an operator: operations, vectors of weights and operands for each of `T x d`. */
export interface VectorWork {
  readonly operations: number;
  readonly weights?: number;
  readonly operands?: number;
}

/** An operator element by element over T x d; fused into its neighbour it moves its weights only. */
export function vector(
  name: string,
  count: number,
  T: number,
  d: number,
  {operations, weights = 0, operands = 1}: VectorWork,
  fused: boolean,
): Operator {
  return operator(
    {
      name,
      kind: "vector",
      count,
      formulas: fused ? VECTOR_FUSED : VECTOR,
      symbols: {T, d, a: operations, w: weights, r: operands},
    },
    {
      flops: operations * T * d,
      weights: weights * d,
      actRead: fused ? 0 : operands * T * d,
      actWrite: fused ? 0 : T * d,
    },
  );
}

/** RMS norm: square, add, scale, gain. Layer norm: mean and bias as well. */
export function norm(
  name: string,
  count: number,
  T: number,
  d: number,
  layerNorm: boolean,
  fused: boolean,
): Operator {
  return vector(
    name,
    count,
    T,
    d,
    layerNorm ? {operations: 7, weights: 2} : {operations: 4, weights: 1},
    fused,
  );
}

/** The stream that goes round a block is read with the block's output and written. */
export const residual = (name: string, count: number, T: number, d: number, fused: boolean): Operator =>
  vector(name, count, T, d, {operations: 1, operands: 2}, fused);

/** Rotation of queries and keys: four products and two sums a pair of elements. */
export const rope = (count: number, T: number, width: number, fused: boolean): Operator =>
  vector("rope", count, T, width, {operations: 3}, fused);
