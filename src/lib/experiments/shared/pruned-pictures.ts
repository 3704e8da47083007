/** The picture model with weights of its layers' matrices set to zero. */
import {VISION_MATRICES} from "../../engine/vision/vision-weights.js";
import type {TensorSet} from "../../experiment/experiment.js";
import {magnitude} from "../../sparse/pruning/magnitude.js";
import type {PruningPattern} from "../../sparse/pruning/pattern.js";
import type {Tensor} from "../../tensor/tensor.js";

/** A tensor whose last axis are the inputs, as one matrix. */
const asMatrix = ({shape, data}: Tensor): Tensor => ({
  shape: [data.length / shape[shape.length - 1], shape[shape.length - 1]],
  data,
});

/** True for a matrix of a layer by its name. */
export const isLayerMatrix = (name: string): boolean =>
  VISION_MATRICES.some((own) => name.endsWith(`.${own}`));

/** Zeros of smallest magnitude in every matrix for which there is a pattern; all other tensors as they are. */
export function prunedTensors(
  tensors: TensorSet,
  patternOf: (name: string) => PruningPattern | null,
): TensorSet {
  const pruned = (name: string, tensor: Tensor): Tensor => {
    const pattern = isLayerMatrix(name) ? patternOf(name) : null;
    if (pattern === null) return tensor;
    return {shape: tensor.shape, data: magnitude.prune(asMatrix(tensor), pattern).data};
  };
  return new Map(Array.from(tensors, ([name, tensor]) => [name, pruned(name, tensor)]));
}
