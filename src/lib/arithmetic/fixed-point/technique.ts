import {int, intQuantize, intRules} from "../../formats/int.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type Arithmetic, everyPair, productSize, settingOf} from "../arithmetic.js";
import {counted} from "../counts.js";
import {hotProduct, hotValue, kHot} from "./k-hot.js";

/** A tensor as fixed-point integers under one binary point. */
function fixedTensor(x: Tensor, bits: number) {
  const options = {bits, granularity: "tensor", scheme: "full", rule: intRules.fixed} as const;
  const {codes, scales} = intQuantize(x, options);
  const {values} = int(options).codebook;
  return {integers: Float64Array.from(codes, (code) => values[code]), step: scales[0]};
}

/** Fixed-point weights of few signed powers of two: a product is as many shifts and additions. */
export const kHotArithmetic: Arithmetic = {
  id: "k-hot",
  label: "QFX",
  family: "int",
  source: "QFX, arXiv:2401.17544, section 3",
  weightBits: [2, 8],
  exactness: "exact",
  product(weights, inputs, given) {
    const {weightBits, inputBits, terms} = settingOf(given);
    const size = productSize(weights, inputs);
    const {tokens, width} = size;
    const [w, x] = [fixedTensor(weights, weightBits), fixedTensor(inputs, Math.max(inputBits, 2))];
    const hot = Array.from(w.integers, (integer) => kHot(integer, terms));
    const step = w.step * x.step;
    const output = everyPair(size, (t, o) => {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += hotProduct(x.integers[t * width + k], hot[o * width + k]);
      return sum * step;
    });
    const used = tokens * hot.reduce((sum, {length}) => sum + length, 0);
    // The step is a power of two: no multiplication is left.
    return {
      output,
      weights: Float64Array.from(hot, (bits) => hotValue(bits) * w.step),
      inputs: x.integers.map((integer) => integer * x.step),
      counts: counted({shifts: used + output.length, additions: used}),
    };
  },
};
