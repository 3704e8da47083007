/** A decoder whose products with weights are summed in a chosen order and precision. */
import {type Backend, referenceBackend} from "../../engine/backend.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {SumOrder} from "./orders.js";
import type {SumPrecision} from "./precision.js";

function orderedLinear(
  {shape, data}: Tensor,
  bias: Float32Array | null,
  order: SumOrder,
  precision: SumPrecision,
) {
  const [outputs, inputs] = shape;
  const {round} = precision;
  const weights = data.map(precision.store);
  const products = new Float32Array(2 ** Math.ceil(Math.log2(inputs)));
  return (x: Float32Array): Float32Array => {
    const rows = x.length / inputs;
    const add = order.forRows(rows);
    const y = new Float32Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let out = 0; out < outputs; out++) {
        const w = out * inputs;
        for (let i = 0; i < inputs; i++) products[i] = round(round(x[row * inputs + i]) * weights[w + i]);
        const sum = add(products, inputs, round);
        y[row * outputs + out] = bias ? round(sum + bias[out]) : sum;
      }
    }
    return y;
  };
}

/**
 * A backend whose products with weights round every product and partial sum, in an order; inputs and outputs are rounded too. Attention,
 * norms and the sum of the residual stream are those of the reference, in float32, their results rounded.
 */
export function orderedBackend(order: SumOrder, precision: SumPrecision): Backend {
  const rounded = (x: Float32Array) => x.map(precision.round);
  return {
    ...referenceBackend,
    name: `${precision.id}, ${order.id}`,
    linear: (weight, bias) => orderedLinear(weight, bias, order, precision),
    rmsNorm: (x, weight, eps) => rounded(referenceBackend.rmsNorm(x, weight, eps)),
    siluGate: (gate, up) => rounded(referenceBackend.siluGate(gate, up)),
    attention: (call) => rounded(referenceBackend.attention(call)),
  };
}
