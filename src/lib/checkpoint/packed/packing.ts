import {FormatError} from "../../io/format-error.js";
import type {JsonObject} from "../../io/json-file.js";
import {elementCount} from "../../tensor/tensor.js";
import type {SafetensorsTensor} from "../safetensors-tensor.js";
import type {StoredTensor} from "../stored-tensor.js";

/** The tensors of a checkpoint as they are stored, codes and scales each by itself. */
export type RawTensors = ReadonlyMap<string, SafetensorsTensor>;

/** A way in which quantized weights are stored in safetensors. */
export interface Packing {
  /** The `quant_method` that stands for it in config.json. */
  readonly id: string;
  /**
   * Finds the weights that are stored so; of tensors only what states a shape is read.
   * @param config the object under `quantization_config`
   * @throws FormatError with kind `unsupported`, `bad-value`, `missing-tensor` or `bad-shape`.
   */
  unpack(raw: RawTensors, config: JsonObject): Promise<readonly UnpackedWeight[]>;
}

/** One weight, made of stored tensors. */
export interface UnpackedWeight {
  readonly tensor: StoredTensor;
  /** What it is made of; the first one's place in the file is the weight's. */
  readonly from: readonly SafetensorsTensor[];
}

/** A weight that is read whole from several stored tensors. */
export function unpackedWeight(
  {name, shape, dtype}: Pick<StoredTensor, "name" | "shape" | "dtype">,
  from: readonly SafetensorsTensor[],
  read: () => Promise<Float32Array>,
): UnpackedWeight {
  return {
    from,
    tensor: {
      name,
      shape,
      dtype,
      bytes: from.reduce((sum, {bytes}) => sum + bytes, 0),
      partStep: null,
      unreadable: null,
      async readElements(first, count) {
        const values = await read();
        return count === values.length ? values : values.subarray(first, first + count);
      },
    },
  };
}

/** Names of modules that have a tensor with this ending: `model.layers.0.mlp.up_proj`. */
export function modulesWith(raw: RawTensors, ending: string): string[] {
  return [...raw.keys()]
    .filter((name) => name.endsWith(`.${ending}`))
    .map((name) => name.slice(0, -ending.length - 1));
}

/** A tensor that a packing needs. @throws FormatError with kind `missing-tensor`. */
export function requireTensor(raw: RawTensors, name: string): SafetensorsTensor {
  const tensor = raw.get(name);
  if (tensor !== undefined) return tensor;
  throw packingProblem("missing-tensor", name, "none", "a tensor beside the codes that it belongs to");
}

/** @throws FormatError with kind `bad-shape` unless the tensor has this shape. */
export function requireShape({name, shape}: StoredTensor, wanted: readonly number[]): void {
  if (shape.join() === wanted.join()) return;
  throw packingProblem("bad-shape", name, `[${shape.join(", ")}]`, `[${wanted.join(", ")}]`);
}

/** @throws FormatError with kind `bad-dtype` unless the tensor has one of these dtypes. */
export function requireDtype({name, dtype}: StoredTensor, ...allowed: readonly string[]): void {
  if (allowed.includes(dtype)) return;
  throw packingProblem("bad-dtype", name, dtype, allowed.join(" or "));
}

/** A value of `quantization_config` that must be one of a few; a missing one is the first of them. */
export function oneOf<T extends string | number | boolean>(
  config: JsonObject,
  key: string,
  allowed: readonly T[],
): T {
  const value = config.get(key) ?? allowed[0];
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw packingProblem("unsupported", `quantization_config: ${key}`, value, allowed.join(" or "));
}

/**
 * Group of each column by the tensor that states it.
 * @throws FormatError with kind `bad-value` if one names no group.
 */
export async function groupsOf(order: SafetensorsTensor, groups: number): Promise<ArrayLike<number>> {
  const numbers = await order.readIntegers();
  const wrong = Array.from(numbers).find((group) => group < 0 || group >= groups);
  if (wrong === undefined) return numbers;
  throw packingProblem("bad-value", order.name, wrong, `groups below ${groups}`);
}

/** All numbers of a tensor of floats. */
export function allFloats(tensor: StoredTensor): Promise<Float32Array> {
  return tensor.readElements(0, elementCount(tensor.shape));
}

/** An error about weights that are stored packed. */
export function packingProblem(kind: string, field: string, value: unknown, allowed: string): FormatError {
  return new FormatError("openCheckpoint", {kind, offset: null, field, value, allowed});
}
