import type {Tensor} from "../../tensor/tensor.js";
import {type Arithmetic, productSize, settingOf} from "../arithmetic.js";
import {bipolarRows} from "../bipolar-rows.js";
import {counted} from "../counts.js";
import {type BitPlanes, bitPlanes, planeProduct} from "./bit-planes.js";

/** Rows as bipolar integers, each with a scale of its own. */
function readRows(x: Tensor, width: number, bits: number) {
  const {codes, scales, values} = bipolarRows(x, width, bits);
  return {planes: bitPlanes(codes, width, bits), scales, values};
}

/** Operations of a product of planes: words met, results of pairs added up, and two scales for each result. */
function countsOf(w: BitPlanes, x: BitPlanes) {
  const [results, pairs] = [w.rows * x.rows, w.bits * x.bits];
  return counted({
    wordOperations: results * pairs * w.words,
    additions: results * pairs * w.words,
    shifts: results * pairs,
    multiplications: 2 * results,
  });
}

/** Odd integers taken apart into bits that mean 1 and -1: XOR and a count of ones replace every product. */
export const bitPlaneArithmetic: Arithmetic = {
  id: "bit-planes",
  label: "bit planes",
  family: "int",
  source: "Efficient Arbitrary Precision Acceleration on GPU Tensor Cores, arXiv:2409.17870, section 3",
  weightBits: [1, 8],
  exactness: "exact",
  product(weights, inputs, given) {
    const {weightBits, inputBits} = settingOf(given);
    const {width, outputs} = productSize(weights, inputs);
    const w = readRows(weights, width, weightBits);
    const x = readRows(inputs, width, inputBits);
    const integers = planeProduct(w.planes, x.planes);
    const output = Float64Array.from(
      integers,
      (sum, i) => sum * w.scales[i % outputs] * x.scales[Math.floor(i / outputs)],
    );
    return {output, weights: w.values, inputs: x.values, counts: countsOf(w.planes, x.planes)};
  },
};
