import type {Cell} from "./cells.js";

/** Sizes of a run of a recurrent layer. */
export interface RunSizes {
  readonly heads: number;
  readonly headDim: number;
  readonly tokens: number;
  readonly batch: number;
}

/** Numbers that a run moves, by the form in which it is computed. */
export interface FormTraffic {
  readonly alternating: number;
  readonly fused: number;
}

/** Numbers of recurrent matrices and biases of a layer. */
export const recurrentNumbers = (
  {gates}: Cell,
  {heads, headDim}: Pick<RunSizes, "heads" | "headDim">,
): number => heads * headDim * (gates.recurrent * headDim + gates.bias);

/**
 * Numbers that both forms move: the alternating one reads matrices and states anew in each step and writes products and states, the
 * fused one reads the matrices once, then inputs in and outputs out. (FlashRNN, arXiv:2412.07752, section 4)
 */
export function formTraffic(cell: Cell, sizes: RunSizes): FormTraffic {
  const {heads, headDim, tokens, batch} = sizes;
  const units = heads * headDim;
  const weights = recurrentNumbers(cell, sizes);
  const perUnit = 1 + 2 * cell.gates.recurrent + cell.gates.input + 2 * cell.initial.length;
  return {
    alternating: tokens * (weights + batch * units * perUnit),
    fused: weights + tokens * batch * units * (cell.gates.input + 1),
  };
}
