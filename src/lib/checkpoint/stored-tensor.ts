import type {GroupedLevels} from "../formats/grouped-levels.js";
import {elementCount, type Tensor} from "../tensor/tensor.js";

/** One tensor of a file or folder of any kind, with what reads it. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** How it is stored: `BF16`, `q4_K`, `F8_E4M3 with weight_scale`. */
  readonly dtype: string;
  /** Bytes in the file, those of its scales included. */
  readonly bytes: number;
  /** Elements that a part begins and ends at a multiple of; null where it can only be read whole. */
  readonly partStep: number | null;
  /** The reason why its numbers cannot be read, or null if they can. */
  readonly unreadable: Unreadable | null;
  /**
   * The elements from `first` up to, but without, `first + count`, row-major, as float32.
   * @throws FormatError if they cannot be read.
   */
  readElements(first: number, count: number): Promise<Float32Array>;
  /** The matrix as integers under scales, where it is packed so: null if its rows are not. Its values are those of `readElements`. */
  readLevels?(): Promise<GroupedLevels | null>;
}

/** The reason why a tensor has no floating-point numbers to read. */
export interface Unreadable {
  /** `integers`: they are no floating-point numbers; `unknown`: how to read them is not known. */
  readonly kind: "integers" | "unknown";
  /** In words: `I32 is no floating-point type`. */
  readonly reason: string;
}

/** Most elements of a tensor that is read whole: four gigabytes as float32. */
export const MOST_ELEMENTS = 2 ** 30;

/** A whole tensor as float32. @throws RangeError naming one that is too large for it. */
export async function readStored(reader: string, tensor: StoredTensor): Promise<Tensor> {
  const count = elementCount(tensor.shape);
  if (count > MOST_ELEMENTS) {
    throw new RangeError(
      `${reader}: ${tensor.name} must have at most ${MOST_ELEMENTS} elements to be read whole, got [${tensor.shape.join(", ")}]`,
    );
  }
  return {shape: tensor.shape, data: await tensor.readElements(0, count)};
}
