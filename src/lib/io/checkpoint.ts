import type {Tensor} from "../tensor/tensor.js";
import type {TensorInfo} from "./safetensors.js";

/** The tensors of a model by their published names; loaded one at a time. */
export interface Checkpoint {
  /** As they are read: one that is stored packed has the dtype F32 and no place of its own. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** One tensor as float32. @throws RangeError if there is none of that name. */
  read(name: string): Promise<Tensor>;
}
