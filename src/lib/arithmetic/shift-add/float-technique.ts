import {decodeValues, encodeValues} from "../../formats/cast.js";
import {e2m1, f16} from "../../formats/element.js";
import {scaledFloat} from "../../formats/float/float-scaled.js";
import {intQuantize} from "../../formats/int.js";
import {sharedScale, unpackScaled} from "../../formats/scaled.js";
import type {Tensor} from "../../tensor/tensor.js";
import {
  type Arithmetic,
  type ArithmeticRun,
  everyPair,
  type ProductSize,
  productSize,
  settingOf,
} from "../arithmetic.js";
import {counted} from "../counts.js";
import {shiftAddAdditions} from "./shift-add.js";
import {fp4Shifts, halvesAdded, integerShifts, shiftAddFloat, shiftedFp4} from "./shift-add-float.js";

/** Weights that share a scale. */
const GROUP = 32;

/** Codes of weights under a scale and a zero point for each group of a row, and their products with x. */
interface GroupedCodes {
  readonly codes: ArrayLike<number>;
  /** [outputs, groups]. */
  readonly scales: Float32Array;
  /** [outputs, groups]; absent: all 0. */
  readonly zeros?: ArrayLike<number>;
  readonly value: (code: number) => number;
  readonly times: (code: number, x: number) => number;
  /** Additions of a code's product, beside the one into the sum. */
  readonly additionsOf: (code: number) => number;
  readonly shiftsOf: (code: number) => number;
}

const total = (codes: ArrayLike<number>, of: (code: number) => number): number =>
  Array.from(codes, of).reduce((sum, count) => sum + count, 0);

/** X W^T of inputs in float16: sums of a group in float32, one product at a time, then scale and zero point. */
function groupedProduct(size: ProductSize, weights: GroupedCodes, inputs: Tensor): ArithmeticRun {
  const {tokens, outputs, width} = size;
  const {codes, scales, zeros, value, times} = weights;
  const groups = Math.ceil(width / GROUP);
  const x = decodeValues(f16, encodeValues(f16, inputs.data));
  const output = everyPair(size, (t, o) => {
    let sum = 0;
    for (let group = 0; group < groups; group++) {
      let [products, plain] = [0, 0];
      for (let k = group * GROUP; k < Math.min((group + 1) * GROUP, width); k++) {
        products = Math.fround(products + times(codes[o * width + k], x[t * width + k]));
        plain = Math.fround(plain + x[t * width + k]);
      }
      const at = o * groups + group;
      const offset = zeros === undefined ? 0 : Math.fround(zeros[at] * plain);
      sum = Math.fround(sum + Math.fround(scales[at] * Math.fround(products - offset)));
    }
    return sum;
  });
  const place = (i: number) => Math.floor(i / width) * groups + Math.floor((i % width) / GROUP);
  const perGroup = zeros === undefined ? 1 : 2;
  const sums = zeros === undefined ? 0 : width;
  return {
    output,
    weights: Float64Array.from(
      codes,
      (code, i) => scales[place(i)] * (value(code) - (zeros?.[place(i)] ?? 0)),
    ),
    inputs: Float64Array.from(x),
    counts: counted({
      shifts: tokens * total(codes, weights.shiftsOf),
      additions:
        tokens * (total(codes, weights.additionsOf) + outputs * width + sums + perGroup * outputs * groups),
      multiplications: tokens * outputs * perGroup * groups,
    }),
  };
}

/** Inputs in float16 meet weights of E2M1: their exponents are added, and for half of the weights half of the result once more. */
export const shiftedFp4Arithmetic: Arithmetic = {
  id: "shifted-fp4",
  label: "MixPE, FP4 by float16",
  family: "machine",
  source: "MixPE, arXiv:2411.16158, section 3, W4A16",
  weightBits: [4, 4],
  exactness: "rounded",
  product(weights, inputs) {
    const size = productSize(weights, inputs);
    const shared = sharedScale("shifted-fp4", {groupSize: GROUP, scaleType: "f32"});
    const {codes, scales} = unpackScaled(scaledFloat(shared).encode(weights), e2m1.bits, shared);
    const value = (code: number) => e2m1.values[code];
    const read = {codes, scales, value, times: shiftedFp4, additionsOf: halvesAdded, shiftsOf: fp4Shifts};
    return groupedProduct(size, read, inputs);
  },
};

/** Inputs in float16 are moved by their exponents to the bits of an integer weight and added. */
export const shiftedFloatArithmetic: Arithmetic = {
  id: "shifted-floats",
  label: "MixPE, integers by float16",
  family: "machine",
  source: "MixPE, arXiv:2411.16158, section 3, W4A16",
  weightBits: [2, 7],
  exactness: "rounded",
  product(weights, inputs, given) {
    const {weightBits: bits} = settingOf(given);
    const size = productSize(weights, inputs);
    const {codes, scales, zeroPoints} = intQuantize(weights, {bits, scheme: "asym", groupSize: GROUP});
    const half = 2 ** (bits - 1);
    const read = {
      codes: Int32Array.from(codes, (code) => code - half),
      scales,
      zeros: Int32Array.from(zeroPoints ?? [], (zero) => zero - half),
      value: (integer: number) => integer,
      times: (integer: number, x: number) => shiftAddFloat(integer, x, bits),
      additionsOf: (integer: number) => shiftAddAdditions(integer, bits),
      shiftsOf: (integer: number) => integerShifts(integer, bits),
    };
    return groupedProduct(size, read, inputs);
  },
};
