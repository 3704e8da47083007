import {FormatError} from "../../io/format-error.js";
import type {Tensor} from "../../tensor/tensor.js";

/**
 * Shares of right guesses from a tensor `accuracy` [distances, ranks].
 * @param where begins the message of an error
 * @throws FormatError with kind `missing-tensor`, `bad-shape` or `bad-value`.
 */
export function guessAccuracy(where: string, tensors: ReadonlyMap<string, Tensor>): readonly number[][] {
  const fail = (kind: string, value: string, allowed: string) =>
    new FormatError(where, {kind, offset: null, field: "accuracy", value, allowed});
  const tensor = tensors.get("accuracy");
  if (tensor === undefined) throw fail("missing-tensor", "none", "a tensor [distances, ranks]");
  const {shape, data} = tensor;
  if (shape.length !== 2) throw fail("bad-shape", `[${shape.join(", ")}]`, "[distances, ranks]");
  const wrong = data.find((share) => !(share >= 0 && share <= 1));
  if (wrong !== undefined) throw fail("bad-value", `${wrong}`, "shares from 0 to 1");
  const [distances, ranks] = shape;
  return Array.from({length: distances}, (_, d) => Array.from(data.subarray(d * ranks, (d + 1) * ranks)));
}
