import type {DataSets, TensorSet} from "../../experiment/experiment.js";
import type {Format} from "../../formats/format.js";
import {measureFormat} from "../../quant/measure.js";
import type {Tensor} from "../../tensor/tensor.js";

/** The data sets that claims are judged on, as a reader of the ledger calls them. */
export const WEIGHTS = "all linear weights of decoder-small";
/** Subject of evidence from the inputs of linear layers. */
export const ACTIVATIONS = "all linear inputs of decoder-small";

function requireSet(data: Pick<DataSets, "get">, name: string): TensorSet {
  const set = data.get(name);
  if (set === undefined) throw new RangeError(`claims: data must hold ${name}, got none of this name`);
  return set;
}

/** The weight matrices of the decoder's linear layers; embedding and head stay out, as in the papers' protocols. */
export function linearWeights(data: Pick<DataSets, "get">): Tensor[] {
  return [...requireSet(data, "weights/decoder-small")]
    .filter(([name]) => name.endsWith("_proj.weight"))
    .map(([, x]) => x);
}

/** Inputs of the decoder's linear layers for held-out documents. */
export function linearInputs(data: Pick<DataSets, "get">): Tensor[] {
  return [...requireSet(data, "activations/decoder-small")]
    .filter(([name]) => name.endsWith(".input"))
    .map(([, x]) => x);
}

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
