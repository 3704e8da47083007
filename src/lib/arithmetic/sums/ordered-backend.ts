/** A decoder whose products with weights are summed in a chosen order and precision. */
import {type Backend, referenceBackend} from "../../engine/backend.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {SumOrder} from "./orders.js";
import {type MantissaBits, roundTo, type SumPrecision} from "./precision.js";

function orderedLinear(
  {shape, data}: Tensor,
  bias: Float32Array | null,
  order: SumOrder,
  precision: SumPrecision,
) {
  const [outputs, inputs] = shape;
  const {stored, summed} = precision;
  const weights = data.map((x) => roundTo(stored, x));
  const products = new Float32Array(2 ** Math.ceil(Math.log2(inputs)));
  return (x: Float32Array): Float32Array => {
    const given = x.map((value) => roundTo(summed, value));
    const rows = x.length / inputs;
    const add = order.forRows(rows);
    const y = new Float32Array(rows * outputs);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let out = 0; out < outputs; out++, at++) {
        fillProducts(products, given, row * inputs, weights, out * inputs, inputs, summed);
        const sum = add(products, inputs, summed);
        y[at] = bias ? roundTo(summed, sum + bias[out]) : sum;
      }
    }
    return y;
  };
}

function fillProducts(
  into: Float32Array,
  x: Float32Array,
  atX: number,
  w: Float32Array,
  atW: number,
  count: number,
  mantissaBits: MantissaBits,
): void {
  for (let i = 0; i < count; i++) into[i] = roundTo(mantissaBits, x[atX + i] * w[atW + i]);
}

/**
 * A backend whose products with weights round every product and partial sum, in an order; inputs and outputs are rounded too. Attention,
 * norms and the sum of the residual stream are those of the reference, in float32, their results rounded.
 */
export function orderedBackend(order: SumOrder, precision: SumPrecision): Backend {
  const rounded = (x: Float32Array) => x.map((value) => roundTo(precision.summed, value));
  return {
    ...referenceBackend,
    name: `${precision.id}, ${order.id}`,
    linear: (weight, bias) => orderedLinear(weight, bias, order, precision),
    rmsNorm: (x, weight, eps) => rounded(referenceBackend.rmsNorm(x, weight, eps)),
    siluGate: (gate, up) => rounded(referenceBackend.siluGate(gate, up)),
    attention: (call) => rounded(referenceBackend.attention(call)),
  };
}
