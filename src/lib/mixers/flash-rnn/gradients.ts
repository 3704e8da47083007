import type {Cell, Unit} from "./cells.js";
import {
  blockProducts,
  type GateInputs,
  initialStates,
  type RecurrentLayer,
  tokensOf,
  unitBuffers,
} from "./recurrent-layer.js";

/** Gradients of everything that a layer reads, each as long as what it is of. */
export interface LayerGradients {
  readonly recurrent: Float64Array;
  readonly bias: Float64Array;
  readonly inputs: Float64Array;
}

/** What reached a unit in a step and its states before, or gradients of them. */
interface UnitStep {
  readonly input: Unit;
  readonly recurrent: Unit;
  readonly bias: Unit;
  readonly states: Unit;
}

/** One step of one sequence: every unit's numbers, and the outputs before it. */
interface Step {
  readonly units: readonly UnitStep[];
  readonly before: Float64Array;
}

/**
 * Gradients through all steps, last first. (backpropagation through time, doi.org/10.1109/5.58337)
 * @param ofOutputs gradient of what the layer gives, [tokens, batch, heads, headDim]
 * @throws RangeError if sizes do not fit each other.
 */
export function layerGradients(
  layer: RecurrentLayer,
  inputs: GateInputs,
  ofOutputs: Float64Array,
): LayerGradients {
  const tokens = tokensOf("layerGradients", layer, inputs);
  const found = {
    recurrent: new Float64Array(layer.recurrent.length),
    bias: new Float64Array(layer.bias.length),
    inputs: new Float64Array(inputs.values.length),
  };
  const units = layer.heads * layer.headDim;
  for (let n = 0; n < inputs.batch; n++) {
    const steps = stepsOf(layer, inputs, {n, tokens});
    let ofStates = Array.from({length: units}, () => new Float64Array(layer.cell.initial.length));
    for (let t = tokens - 1; t >= 0; t--) {
      const place = t * inputs.batch + n;
      ofStates.forEach((own, unit) => {
        own[0] += ofOutputs[place * units + unit];
      });
      ofStates = stepBack(layer, steps[t], ofStates, {found, place});
    }
  }
  return found;
}

/** Adds the gradients of a step, and gives those of the states before it. */
function stepBack(
  layer: RecurrentLayer,
  {units, before}: Step,
  ofStates: readonly Unit[],
  {found, place}: {readonly found: LayerGradients; readonly place: number},
): Float64Array<ArrayBuffer>[] {
  const {cell, headDim, recurrent} = layer;
  const {input: inputGates, recurrent: gates} = cell.gates;
  const through = new Float64Array(units.length);
  const left = units.map((step, unit) => {
    const own = Float64Array.from(ofStates[unit]);
    const {reached: gradients} = unitBuffers(cell);
    cell.pull(step, step.states, own, gradients);
    for (let i = 0; i < inputGates; i++)
      found.inputs[(place * inputGates + i) * units.length + unit] = gradients.input[i];
    gradients.bias.forEach((value, i) => {
      found.bias[i * units.length + unit] += value;
    });
    const first = Math.floor(unit / headDim) * headDim;
    for (let gate = 0; gate < gates; gate++) {
      const row = (gate * units.length + unit) * headDim;
      for (let i = 0; i < headDim; i++) {
        found.recurrent[row + i] += gradients.recurrent[gate] * before[first + i];
        through[first + i] += gradients.recurrent[gate] * recurrent[row + i];
      }
    }
    return own;
  });
  left.forEach((own, unit) => {
    own[0] += through[unit];
  });
  return left;
}

/** All steps of one sequence. */
function stepsOf(
  layer: RecurrentLayer,
  inputs: GateInputs,
  {n, tokens}: {readonly n: number; readonly tokens: number},
): Step[] {
  const units = layer.heads * layer.headDim;
  const states = initialStates(layer, 1);
  return Array.from({length: tokens}, (_, t) => {
    const before = states.slice(0, units);
    const products = productsOf(layer, before);
    const steps = Array.from({length: units}, (_, unit) => {
      const step = unitStep(layer, inputs, {place: t * inputs.batch + n, unit, products, before, states});
      const own = step.states.slice();
      layer.cell.update(step, own);
      own.forEach((state, i) => {
        states[i * units + unit] = state;
      });
      return step;
    });
    return {units: steps, before};
  });
}

/** Products of R with the outputs of a step, [recurrent gates, units]. */
function productsOf(layer: RecurrentLayer, before: Float64Array): Float64Array {
  const {cell, heads, headDim} = layer;
  const products = new Float64Array(cell.gates.recurrent * before.length);
  for (let block = 0; block < cell.gates.recurrent * heads; block++) {
    const from = (block % heads) * headDim;
    const h = before.subarray(from, from + headDim);
    blockProducts(layer, block, h, products.subarray(block * headDim, (block + 1) * headDim));
  }
  return products;
}

/** Where a unit stands in a step. */
interface Place {
  readonly place: number;
  readonly unit: number;
  readonly products: Float64Array;
  readonly before: Float64Array;
  readonly states: Float64Array;
}

function unitStep(
  layer: RecurrentLayer,
  {values}: GateInputs,
  {place, unit, products, before, states}: Place,
): UnitStep {
  const {cell, bias} = layer;
  const every = (count: number, from: ArrayLike<number>, at: number) =>
    Float64Array.from({length: count}, (_, i) => from[at + i * before.length]);
  return {
    input: every(cell.gates.input, values, place * cell.gates.input * before.length + unit),
    recurrent: every(cell.gates.recurrent, products, unit),
    bias: every(cell.gates.bias, bias, unit),
    states: every(statesOf(cell), states, unit),
  };
}

const statesOf = ({initial}: Cell) => initial.length;
