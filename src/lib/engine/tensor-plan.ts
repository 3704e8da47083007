import {FormatError} from "../io/format-error.js";
import type {TensorInfo} from "../io/safetensors.js";
import {elementCount} from "../tensor/tensor.js";

/** The tensors a model is made of, by published name, each with the place in the file that it comes from. */
export type TensorPlan = ReadonlyMap<string, TensorInfo>;

/** Collects the tensors that a model requires. */
export interface TensorPlanner {
  readonly plan: TensorPlan;
  /**
   * Asks for a tensor, stored under its own name or under another.
   * @throws FormatError with kind `missing-tensor` or `bad-shape`.
   */
  want(name: string, shape: readonly number[], stored?: string): void;
}

/** An empty plan over the tensors of a file; errors carry the name of the public function `where`. */
export function tensorPlanner(where: string, tensors: ReadonlyMap<string, TensorInfo>): TensorPlanner {
  const plan = new Map<string, TensorInfo>();
  const problem = (kind: string, field: string, value: string, allowed: string) =>
    new FormatError(where, {kind, offset: null, field, value, allowed});
  return {
    plan,
    want(name, shape, stored = name) {
      const info = tensors.get(stored);
      if (info === undefined) throw problem("missing-tensor", name, "none", `a tensor [${shape.join(", ")}]`);
      if (info.shape.join() !== shape.join()) {
        throw problem(
          "bad-shape",
          name,
          `[${info.shape.join(", ")}]`,
          `[${shape.join(", ")}] by config.json`,
        );
      }
      plan.set(name, info);
    },
  };
}

/** @throws FormatError with kind `does-not-fit` if the tensors take more than `maxBytes` as float32. */
export function checkFits(where: string, infos: Iterable<TensorInfo>, maxBytes: number): void {
  let bytes = 0;
  for (const {shape} of infos) bytes += 4 * elementCount(shape);
  if (bytes <= maxBytes) return;
  throw new FormatError(where, {
    kind: "does-not-fit",
    offset: null,
    field: "weights as float32",
    value: `${bytes} bytes`,
    allowed: `at most ${maxBytes} bytes`,
  });
}
