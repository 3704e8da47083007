import {linear} from "../../../lib/tensor/dense.js";
import {foldIntoInput, hadamard, hadamardMatrix, hadamardPadded} from "../../../lib/tensor/hadamard.js";
import {matrixSize, type Tensor, tensor} from "../../../lib/tensor/tensor.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";
import {quantizeInHadamardSpace} from "../released/hadamard-int8.js";

const asTensor = (input: unknown): Tensor => {
  const {data, shape} = input as GoldenTensor;
  return tensor(Float32Array.from(data), shape);
};

const normalized: CaseOp = (args, inputs) => {
  const x = asTensor(inputs.x);
  const factors = {order: args.K as number, power: args.m as number};
  const {columns} = matrixSize(x);
  const y = factors.order * factors.power === columns ? hadamard(x, {factors}) : hadamardPadded(x, {factors});
  return {y: y.data};
};

const matrixData: CaseOp = (args) => ({H: hadamardMatrix(args.order as number)});

/** `wy` is the product of the rotated, unquantized activation with the fused weights: it must equal W y. */
const int8AndFusion: CaseOp = (args, inputs) => {
  const y = asTensor(inputs.y);
  const w = asTensor(inputs.w);
  const rounding = args.rounding === "half-even" ? "half-even" : "half-away";
  const fused = foldIntoInput(w);
  return {
    q: quantizeInHadamardSpace(y, {scale: args.scale as number, rounding}).codes,
    w_fused: fused.data,
    wy: linear(hadamard(y).data, fused.data, matrixSize(y).columns),
  };
};

export const ops: Ops = {
  cases: {
    hadamard_normalized: normalized,
    hadamard_matrix_data: matrixData,
    hadamard_int8_and_weight_fusion: int8AndFusion,
  },
};
