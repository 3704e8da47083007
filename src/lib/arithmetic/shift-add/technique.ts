import {intQuantize} from "../../formats/int.js";
import {type Arithmetic, productSize, settingOf} from "../arithmetic.js";
import {counted} from "../counts.js";
import {shiftAdd, shiftAddAdditions} from "./shift-add.js";

/** Weights that share a scale and a zero point. */
const GROUP = 32;

/** Weights of few bits choose shifted inputs to add; scale and zero point of a group meet its sum, not its elements. */
export const shiftAddArithmetic: Arithmetic = {
  id: "shift-add",
  label: "MixPE",
  family: "machine",
  source: "MixPE, arXiv:2411.16158, section 3",
  weightBits: [2, 7],
  exactness: "exact",
  product(weights, inputs, given) {
    const {weightBits: bits} = settingOf(given);
    const {tokens, outputs, width} = productSize(weights, inputs);
    const w = intQuantize(weights, {bits, scheme: "asym", groupSize: GROUP});
    const x = intQuantize(inputs, {bits: 8, granularity: "token"});
    const half = 2 ** (bits - 1);
    const groups = Math.ceil(width / GROUP);
    // Codes and zero points about 0: two's complement.
    const q = Int32Array.from(w.codes, (code) => code - half);
    const zeros = Int32Array.from(w.zeroPoints ?? [], (zero) => zero - half);
    const integers = Int32Array.from(x.codes, (code) => (code << 24) >> 24);
    const output = new Float64Array(tokens * outputs);
    for (let t = 0; t < tokens; t++) {
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let group = 0; group < groups; group++) {
          const [from, to] = [group * GROUP, Math.min((group + 1) * GROUP, width)];
          let [products, plain] = [0, 0];
          for (let k = from; k < to; k++) {
            products += shiftAdd(q[o * width + k], integers[t * width + k], bits);
            plain += integers[t * width + k];
          }
          const at = o * groups + group;
          sum += w.scales[at] * (products - zeros[at] * plain);
        }
        output[t * outputs + o] = sum * x.scales[t];
      }
    }
    const extra = q.reduce((sum, integer) => sum + shiftAddAdditions(integer, bits), 0);
    return {
      output,
      weights: Float64Array.from(q, (integer, i) => {
        const at = Math.floor(i / width) * groups + Math.floor((i % width) / GROUP);
        return w.scales[at] * (integer - zeros[at]);
      }),
      inputs: Float64Array.from(integers, (integer, i) => integer * x.scales[Math.floor(i / width)]),
      counts: counted({
        // Shifts by a place of a bit are wires; sums of inputs are shared by all outputs; a group's offset and its result
        // are added once each.
        additions: tokens * (extra + outputs * width + width + 2 * outputs * groups),
        multiplications: tokens * outputs * (2 * groups + 1),
      }),
    };
  },
};
