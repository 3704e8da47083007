import type {DataSets, TensorSet} from "../../../experiment/experiment.js";
import type {Format} from "../../../formats/format.js";
import {measureFormat} from "../../../quant/measure.js";
import type {Tensor} from "../../../tensor/tensor.js";
import type {Claim} from "../claim.js";

/** A claim that tensors judge. */
export type TensorClaim = Claim<Pick<DataSets, "get">>;

/** The data sets that claims are judged on, as a reader of the ledger calls them. */
export const WEIGHTS = "all linear weights of decoder-small";
/** Subject of evidence from the inputs of linear layers. */
export const ACTIVATIONS = "all linear inputs of decoder-small";

function requireSet(data: Pick<DataSets, "get">, name: string): TensorSet {
  const set = data.get(name);
  if (set === undefined) throw new RangeError(`claims: data must hold ${name}, got none of this name`);
  return set;
}

const tensorsEnding = (set: TensorSet, end: string): Tensor[] =>
  [...set].filter(([name]) => name.endsWith(end)).map(([, x]) => x);

/** The weight matrices of the decoder's linear layers; embedding and head stay out, as in the papers' protocols. */
export const linearWeights = (data: Pick<DataSets, "get">): Tensor[] =>
  tensorsEnding(requireSet(data, "weights/decoder-small"), "_proj.weight");

/** Inputs of the decoder's linear layers for held-out documents. */
export const linearInputs = (data: Pick<DataSets, "get">): Tensor[] =>
  tensorsEnding(requireSet(data, "activations/decoder-small"), ".input");

/** A format's cost and error over several tensors together, every element counting the same. */
export function measureAll(
  format: Format,
  tensors: readonly Tensor[],
): {readonly mse: number; readonly bitsPerElement: number; readonly sqnrDb: number} {
  let elements = 0;
  let signal = 0;
  let noise = 0;
  let bits = 0;
  for (const x of tensors) {
    const {mse, bitsPerElement} = measureFormat(format, x);
    const n = x.data.length;
    elements += n;
    noise += mse * n;
    bits += bitsPerElement * n;
    for (const value of x.data) signal += value * value;
  }
  return {mse: noise / elements, bitsPerElement: bits / elements, sqnrDb: 10 * Math.log10(signal / noise)};
}
