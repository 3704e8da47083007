import type {Packed} from "../formats/format.js";
import type {Params} from "../technique/params.js";
import type {Technique} from "../technique/technique.js";
import type {Tensor} from "../tensor/tensor.js";

/** Sizes of a sparse matrix. */
export interface SparseSizes {
  readonly outputs: number;
  readonly inputs: number;
  readonly nonZeros: number;
}

/** Record of a way to store a matrix without its zeros. */
export interface SparseForm<Id extends string = string, P extends Params = Params> extends Technique<P> {
  readonly id: Id;
  /** Bits of a weight of the same type that is stored whole. */
  readonly denseBits: number;
  /**
   * Packs a matrix [outputs, inputs].
   * @throws RangeError if the tensor is no matrix, or a setting is out of its range.
   */
  pack(weight: Tensor, settings?: Readonly<Record<string, unknown>>): Packed;
  /**
   * Unpacks what `pack` made: the weights rounded to the form's type.
   * @throws RangeError if a part does not fit the shape.
   */
  unpack(packed: Packed): Tensor;
  /** Bytes of a packed matrix by its sizes, equal to those that are counted. */
  bytes(sizes: SparseSizes, settings?: Readonly<Record<string, unknown>>): number;
}

/** Sizes of a weight [outputs, inputs]. @throws RangeError if it is no matrix. */
export function matrixSizes(
  where: string,
  {shape}: Pick<Tensor, "shape">,
): {outputs: number; inputs: number} {
  if (shape.length !== 2) {
    throw new RangeError(
      `${where}: weight must have two axes, outputs and inputs, got [${shape.join(", ")}]`,
    );
  }
  return {outputs: shape[0], inputs: shape[1]};
}
