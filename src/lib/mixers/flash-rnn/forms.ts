/** The two forms of a recurrent layer: two kernels for each step, or one for all steps that keeps its matrices. */

import {
  blockProduct,
  type GateInputs,
  initialStates,
  type LayerRun,
  type RecurrentLayer,
  type Traffic,
  tokensOf,
  unitBuffers,
} from "./recurrent-layer.js";

/**
 * The alternating form: for each step one kernel multiplies by R, which it reads anew, and writes the products; another reads them
 * and updates the states. (FlashRNN, arXiv:2412.07752, section 4.1)
 * @throws RangeError if sizes do not fit each other.
 */
export function alternating(layer: RecurrentLayer, inputs: GateInputs): LayerRun {
  const tokens = tokensOf("alternating", layer, inputs);
  const {cell, heads, headDim} = layer;
  const [units, {batch}] = [heads * headDim, inputs];
  const states = initialStates(layer, batch);
  const products = new Float64Array(batch * cell.gates.recurrent * units);
  const outputs = new Float64Array(tokens * batch * units);
  const traffic: Traffic = {weights: 0, activations: 0};
  for (let t = 0; t < tokens; t++) {
    multiplyAll(layer, states, {batch, products});
    traffic.weights += layer.recurrent.length + layer.bias.length;
    // The states before, then the products there and back, the inputs, all states there and back.
    traffic.activations +=
      batch * units * (1 + 2 * cell.gates.recurrent + cell.gates.input + 2 * cell.initial.length);
    updateAll(layer, inputs, {t, products, states, outputs});
  }
  return {outputs, traffic};
}

function multiplyAll(
  layer: RecurrentLayer,
  states: Float64Array,
  {batch, products}: {readonly batch: number; readonly products: Float64Array},
): void {
  const {cell, heads, headDim} = layer;
  const units = heads * headDim;
  for (let n = 0; n < batch; n++) {
    const from = n * cell.initial.length * units;
    for (let at = 0; at < cell.gates.recurrent * units; at++) {
      const [gate, head, unit] = [Math.floor(at / units), Math.floor((at % units) / headDim), at % headDim];
      const h = states.subarray(from + head * headDim, from + (head + 1) * headDim);
      products[n * cell.gates.recurrent * units + at] = blockProduct(layer, [gate, head, unit], h);
    }
  }
}

interface Step {
  readonly t: number;
  readonly products: Float64Array;
  readonly states: Float64Array;
  readonly outputs: Float64Array;
}

function updateAll(layer: RecurrentLayer, inputs: GateInputs, {t, products, states, outputs}: Step): void {
  const {cell, bias} = layer;
  const {batch, values} = inputs;
  const units = layer.heads * layer.headDim;
  const {reached, states: own} = unitBuffers(cell);
  for (let n = 0; n < batch; n++) {
    for (let unit = 0; unit < units; unit++) {
      gather(reached.input, values, (t * batch + n) * cell.gates.input * units + unit, units);
      gather(reached.recurrent, products, n * cell.gates.recurrent * units + unit, units);
      gather(reached.bias, bias, unit, units);
      const at = n * cell.initial.length * units + unit;
      gather(own, states, at, units);
      cell.update(reached, own);
      own.forEach((state, i) => {
        states[at + i * units] = state;
      });
      outputs[(t * batch + n) * units + unit] = own[0];
    }
  }
}

/**
 * The fused form: for each head its blocks of R and its biases are read once and kept, and all steps follow; the states stay too.
 * Inputs are read and outputs written step by step. (FlashRNN, arXiv:2412.07752, section 4.2)
 * @throws RangeError if sizes do not fit each other.
 */
export function fused(layer: RecurrentLayer, inputs: GateInputs): LayerRun {
  const tokens = tokensOf("fused", layer, inputs);
  const {cell, heads, headDim} = layer;
  const {batch} = inputs;
  const outputs = new Float64Array(tokens * batch * heads * headDim);
  const traffic: Traffic = {weights: 0, activations: 0};
  for (let head = 0; head < heads; head++) {
    const one = headAlone(layer, head);
    traffic.weights += one.recurrent.length + one.bias.length;
    const states = initialStates(one, batch);
    for (let t = 0; t < tokens; t++) {
      stepOfHead(one, inputs, {t, head, heads, states, outputs});
      traffic.activations += batch * headDim * (cell.gates.input + 1);
    }
  }
  return {outputs, traffic};
}

/** The blocks and biases of one head as a layer of its own. */
function headAlone({cell, heads, headDim, recurrent, bias}: RecurrentLayer, head: number): RecurrentLayer {
  const part = (x: Float64Array, size: number) => {
    const gates = x.length / (heads * size);
    return Float64Array.from(
      {length: gates * size},
      (_, i) => x[(Math.floor(i / size) * heads + head) * size + (i % size)],
    );
  };
  return {cell, heads: 1, headDim, recurrent: part(recurrent, headDim ** 2), bias: part(bias, headDim)};
}

interface HeadStep {
  readonly t: number;
  readonly head: number;
  readonly heads: number;
  readonly states: Float64Array;
  readonly outputs: Float64Array;
}

function stepOfHead(
  one: RecurrentLayer,
  {batch, values}: GateInputs,
  {t, head, heads, states, outputs}: HeadStep,
): void {
  const {cell, headDim, bias} = one;
  const units = heads * headDim;
  const {reached, states: own} = unitBuffers(cell);
  for (let n = 0; n < batch; n++) {
    const from = n * cell.initial.length * headDim;
    const h = states.slice(from, from + headDim);
    for (let unit = 0; unit < headDim; unit++) {
      gather(
        reached.input,
        values,
        (t * batch + n) * cell.gates.input * units + head * headDim + unit,
        units,
      );
      for (let gate = 0; gate < cell.gates.recurrent; gate++)
        reached.recurrent[gate] = blockProduct(one, [gate, 0, unit], h);
      gather(reached.bias, bias, unit, headDim);
      gather(own, states, from + unit, headDim);
      cell.update(reached, own);
      own.forEach((state, i) => {
        states[from + unit + i * headDim] = state;
      });
      outputs[(t * batch + n) * units + head * headDim + unit] = own[0];
    }
  }
}

/** Every `step`-th number from `at` on. */
function gather(into: Float64Array, from: Float64Array, at: number, step: number): void {
  for (let i = 0; i < into.length; i++) into[i] = from[at + i * step];
}
