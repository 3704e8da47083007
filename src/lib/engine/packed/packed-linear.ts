/** Products with packed weights: the definition, which unpacks them. */
import {type GroupedLevels, valuesOf} from "../../formats/grouped-levels.js";
import {int} from "../../formats/int.js";
import {linear} from "../../tensor/dense.js";
import type {Linear, PackedActivations} from "../backend.js";

/** Format of 8-bit activations: a float32 scale for each 32, as runtimes with integer products have it. */
export const int8Activations = int({bits: 8, groupSize: 32, scaleType: "f32"});

/**
 * y = x W^T + b of packed weights, summed in float64 and rounded once. With `int8`, x is first rounded to
 * {@link int8Activations}; the sum is then that of onnxruntime's accuracy level 4 and of ggml's integer products.
 */
export function packedLinear(
  weight: GroupedLevels,
  bias: Float32Array | null,
  activations: PackedActivations = "f32",
): Linear {
  const values = valuesOf(weight);
  const {columns} = weight;
  return (x) => linear(activations === "int8" ? rounded(x, columns) : x, values, columns, bias);
}

function rounded(x: Float32Array, columns: number): Float32Array {
  const shape = [x.length / columns, columns];
  return int8Activations.decode(int8Activations.encode({shape, data: x})).data;
}
