import {type Arithmetic, everyPair, productSize, settingOf} from "../arithmetic.js";
import {counted} from "../counts.js";
import {addedBits, lmulDot, offsetPlaces, roundMantissas, valuesOfBits} from "./lmul.js";

/** The product of two floating-point numbers is one integer addition of their bits and a constant. */
export const lmulArithmetic: Arithmetic = {
  id: "l-mul",
  label: "L-Mul",
  family: "fp",
  source: "L-Mul, arXiv:2410.00907, section 2",
  weightBits: [1, 23],
  exactness: "approximate",
  product(weights, inputs, given) {
    const {mantissaBits} = settingOf(given);
    const size = productSize(weights, inputs);
    const added = addedBits(offsetPlaces(mantissaBits));
    const [w, x] = [weights, inputs].map(({data}) => roundMantissas(data, mantissaBits));
    const {tokens, outputs, width} = size;
    const output = everyPair(size, (t, o) => lmulDot(x, t * width, w, o * width, width, added));
    const products = tokens * outputs * width;
    // One addition of bits a product, the constant folded into the weights, and one of the sum.
    const counts = counted({additions: 2 * products});
    return {output, weights: valuesOfBits(w), inputs: valuesOfBits(x), counts};
  },
};
