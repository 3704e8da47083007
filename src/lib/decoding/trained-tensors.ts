import {FormatError} from "../io/format-error.js";
import type {Tensor} from "../tensor/tensor.js";

/**
 * Gives tensors of a trained part by their names and shapes.
 * @param where begins the message of an error
 * @returns a function that throws FormatError with kind `missing-tensor` or `bad-shape`
 */
export function trainedTensors(
  where: string,
  tensors: ReadonlyMap<string, Tensor>,
): (name: string, shape: readonly number[]) => Tensor {
  return (name, shape) => {
    const tensor = tensors.get(name);
    if (tensor !== undefined && tensor.shape.join() === shape.join()) return tensor;
    const kind = tensor === undefined ? "missing-tensor" : "bad-shape";
    const value = tensor === undefined ? "none" : `[${tensor.shape.join(", ")}]`;
    const allowed = `a tensor [${shape.join(", ")}]`;
    throw new FormatError(where, {kind, offset: null, field: name, value, allowed});
  };
}
