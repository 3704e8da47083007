import {levelsQuantize} from "../../formats/codebook/levels.js";
import {largestShift, shiftLevels} from "../../formats/codebook/shift.js";
import {type Arithmetic, everyPair, productSize, settingOf} from "../arithmetic.js";
import {counted} from "../counts.js";
import {shiftFloat32} from "./shift-float.js";

/** Weights are signed powers of two: an input's exponent is moved and its sign changed, then it is added. */
export const shiftArithmetic: Arithmetic = {
  id: "shift",
  label: "DenseShift",
  family: "codebook",
  source: "DenseShift, arXiv:2208.09708, section 3.1",
  weightBits: [2, 4],
  exactness: "rounded",
  product(weights, inputs, given) {
    const {weightBits: bits} = settingOf(given);
    const size = productSize(weights, inputs);
    const {tokens, outputs, width} = size;
    const set = shiftLevels(bits);
    const {codes, scales} = levelsQuantize(set, weights, {granularity: "channel"});
    const largest = largestShift(bits);
    const x = inputs.data;
    const output = everyPair(size, (t, o) => {
      let sum = 0;
      for (let k = 0; k < width; k++) {
        const code = codes[o * width + k];
        const moved = shiftFloat32(x[t * width + k], code & largest);
        sum += code > largest ? -moved : moved;
      }
      return sum * scales[o];
    });
    const products = tokens * outputs * width;
    const counts = counted({shifts: products, additions: products, multiplications: tokens * outputs});
    const values = Float64Array.from(codes, (code, i) => set.values[code] * scales[Math.floor(i / width)]);
    return {output, weights: values, inputs: Float64Array.from(x), counts};
  },
};
