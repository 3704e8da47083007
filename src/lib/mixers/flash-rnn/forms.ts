/** The two forms of a recurrent layer: two kernels for each step, or one for all steps that keeps its matrices. */

import {
  blockProducts,
  type GateInputs,
  initialStates,
  type LayerRun,
  type RecurrentLayer,
  type Traffic,
  tokensOf,
  type UnitBuffers,
  unitBuffers,
} from "./recurrent-layer.js";

/**
 * The alternating form: for each step one kernel multiplies by R, which it reads anew, and writes the products; another reads them
 * and updates the states. (FlashRNN, arXiv:2412.07752, section 4.1)
 * @throws RangeError if sizes do not fit each other.
 */
export function alternating(layer: RecurrentLayer, inputs: GateInputs): LayerRun {
  const tokens = tokensOf("alternating", layer, inputs);
  const {gates, initial} = layer.cell;
  const units = layer.heads * layer.headDim;
  const run = begun(layer, inputs, {
    outputs: new Float64Array(tokens * inputs.batch * units),
    first: 0,
    units,
  });
  const traffic: Traffic = {weights: 0, activations: 0};
  for (let t = 0; t < tokens; t++) {
    multiply(run);
    update(run, t);
    traffic.weights += layer.recurrent.length + layer.bias.length;
    // The states before, then the products there and back, the inputs, all states there and back.
    traffic.activations +=
      inputs.batch * units * (1 + 2 * gates.recurrent + gates.input + 2 * initial.length);
  }
  return {outputs: run.whole.outputs, traffic};
}

/**
 * The fused form: for each head its blocks of R and its biases are read once and kept, and all steps follow; products and states stay
 * too. Inputs are read and outputs written step by step. (FlashRNN, arXiv:2412.07752, section 4.2)
 * @throws RangeError if sizes do not fit each other.
 */
export function fused(layer: RecurrentLayer, inputs: GateInputs): LayerRun {
  const tokens = tokensOf("fused", layer, inputs);
  const {cell, heads, headDim} = layer;
  const units = heads * headDim;
  const outputs = new Float64Array(tokens * inputs.batch * units);
  const traffic: Traffic = {weights: 0, activations: 0};
  for (let head = 0; head < heads; head++) {
    const one = headAlone(layer, head);
    const run = begun(one, inputs, {outputs, first: head * headDim, units});
    traffic.weights += one.recurrent.length + one.bias.length;
    for (let t = 0; t < tokens; t++) {
      multiply(run);
      update(run, t);
      traffic.activations += inputs.batch * headDim * (cell.gates.input + 1);
    }
  }
  return {outputs, traffic};
}

/** The blocks and biases of one head as a layer of its own. */
function headAlone({cell, heads, headDim, recurrent, bias}: RecurrentLayer, head: number): RecurrentLayer {
  const part = (x: Float64Array, size: number) => {
    const gates = x.length / (heads * size);
    const own = new Float64Array(gates * size);
    for (let gate = 0; gate < gates; gate++) {
      const from = (gate * heads + head) * size;
      own.set(x.subarray(from, from + size), gate * size);
    }
    return own;
  };
  return {cell, heads: 1, headDim, recurrent: part(recurrent, headDim ** 2), bias: part(bias, headDim)};
}

/** Where the units of a layer stand among those whose inputs and outputs lie in memory. */
interface Whole {
  readonly outputs: Float64Array;
  readonly first: number;
  readonly units: number;
}

/** A layer on its way through the steps. */
interface Run {
  readonly layer: RecurrentLayer;
  readonly inputs: GateInputs;
  readonly whole: Whole;
  /** [batch, states, units] */
  readonly states: Float64Array;
  /** [batch, recurrent gates, units] */
  readonly products: Float64Array;
  readonly buffers: UnitBuffers;
}

function begun(layer: RecurrentLayer, inputs: GateInputs, whole: Whole): Run {
  const {cell, heads, headDim} = layer;
  return {
    ...{layer, inputs, whole, states: initialStates(layer, inputs.batch), buffers: unitBuffers(cell)},
    products: new Float64Array(inputs.batch * cell.gates.recurrent * heads * headDim),
  };
}

/** All products of a step with the states before it. */
function multiply({layer, inputs, states, products}: Run): void {
  const {cell, heads, headDim} = layer;
  const units = heads * headDim;
  for (let n = 0; n < inputs.batch; n++) {
    for (let head = 0; head < heads; head++) {
      const from = n * cell.initial.length * units + head * headDim;
      const h = states.subarray(from, from + headDim);
      for (let gate = 0; gate < cell.gates.recurrent; gate++) {
        const to = (n * cell.gates.recurrent + gate) * units + head * headDim;
        blockProducts(layer, gate * heads + head, h, products.subarray(to, to + headDim));
      }
    }
  }
}

/** Moves all units a step on. */
function update({layer, inputs, whole, states, products, buffers}: Run, t: number): void {
  const {cell, bias} = layer;
  const {reached, states: own} = buffers;
  const units = layer.heads * layer.headDim;
  for (let n = 0; n < inputs.batch; n++) {
    const step = t * inputs.batch + n;
    for (let unit = 0; unit < units; unit++) {
      gather(
        reached.input,
        inputs.values,
        step * cell.gates.input * whole.units + whole.first + unit,
        whole.units,
      );
      gather(reached.recurrent, products, n * cell.gates.recurrent * units + unit, units);
      gather(reached.bias, bias, unit, units);
      const at = n * cell.initial.length * units + unit;
      gather(own, states, at, units);
      cell.update(reached, own);
      for (let i = 0; i < own.length; i++) states[at + i * units] = own[i];
      whole.outputs[step * whole.units + whole.first + unit] = own[0];
    }
  }
}

/** Every `step`-th number from `at` on. */
function gather(into: Float64Array, from: Float64Array, at: number, step: number): void {
  for (let i = 0; i < into.length; i++) into[i] = from[at + i * step];
}
