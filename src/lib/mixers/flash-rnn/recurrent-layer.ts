import {requireInteger, requireLength} from "../../tensor/require.js";
import type {Cell, Reached, Unit} from "./cells.js";

/** A recurrent layer whose heads read their own states alone: its recurrent matrix is block-diagonal. (FlashRNN, arXiv:2412.07752, section 3.1) */
export interface RecurrentLayer {
  readonly cell: Cell;
  readonly heads: number;
  readonly headDim: number;
  /** [recurrent gates, heads, headDim (out), headDim (in)]; written R. */
  readonly recurrent: Float64Array;
  /** [gates with a bias, heads, headDim]; written b. */
  readonly bias: Float64Array;
}

/** Inputs of the gates of some sequences, [tokens, batch, input gates, heads, headDim]. */
export interface GateInputs {
  readonly batch: number;
  readonly values: Float64Array;
}

/** Numbers that a form moved between the memory and the arithmetic. */
export interface Traffic {
  /** Recurrent matrices and biases. */
  weights: number;
  /** Inputs of the gates, states, products on their way from one kernel to the next. */
  activations: number;
}

/** Outputs of a layer, [tokens, batch, heads, headDim], and what it moved. */
export interface LayerRun {
  readonly outputs: Float64Array;
  readonly traffic: Traffic;
}

/** Views of the numbers of one unit, which are gathered and written back. */
export interface UnitBuffers {
  readonly reached: Reached;
  readonly states: Unit;
}

/** Buffers for one unit of a cell. */
export const unitBuffers = ({gates, initial}: Cell): UnitBuffers => ({
  reached: {
    input: new Float64Array(gates.input),
    recurrent: new Float64Array(gates.recurrent),
    bias: new Float64Array(gates.bias),
  },
  states: new Float64Array(initial.length),
});

/** States before the first step, [batch, states, units]. */
export function initialStates({cell, heads, headDim}: RecurrentLayer, batch: number): Float64Array {
  const units = heads * headDim;
  const count = cell.initial.length;
  return Float64Array.from(
    {length: batch * count * units},
    (_, i) => cell.initial[Math.floor(i / units) % count],
  );
}

/**
 * Tokens of the inputs of a layer.
 * @throws RangeError if sizes do not fit each other.
 */
export function tokensOf(where: string, layer: RecurrentLayer, {batch, values}: GateInputs): number {
  const {cell, heads, headDim, recurrent, bias} = layer;
  requireInteger(where, "heads", heads, 1);
  requireInteger(where, "headDim", headDim, 1);
  requireInteger(where, "batch", batch, 1);
  requireLength(where, "recurrent", recurrent, cell.gates.recurrent * heads * headDim ** 2);
  requireLength(where, "bias", bias, cell.gates.bias * heads * headDim);
  const tokens = values.length / (batch * cell.gates.input * heads * headDim);
  requireInteger(where, "tokens", tokens, 1);
  return tokens;
}

/** The product of one block of R with the outputs `h` of its head, written into `y`; blocks are counted gate by gate, [headDim] each. */
export function blockProducts(
  {headDim, recurrent}: RecurrentLayer,
  block: number,
  h: Float64Array,
  y: Float64Array,
): void {
  for (let unit = 0; unit < headDim; unit++) {
    const row = (block * headDim + unit) * headDim;
    let total = 0;
    for (let i = 0; i < headDim; i++) total += recurrent[row + i] * h[i];
    y[unit] = total;
  }
}
