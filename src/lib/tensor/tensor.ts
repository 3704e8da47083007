/**
 * A dense row-major float32 tensor: the one thing every technique takes and gives back.
 * `data.length` is the product of `shape`; a scalar has shape `[]`.
 */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The number of elements a shape holds: the product of its dimensions, 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/**
 * Makes a tensor of `shape` from `values`, which are copied (and rounded to float32) unless they already
 * are a Float32Array.
 * @throws RangeError if a dimension is no integer of at least 0, or if the shape does not hold all values.
 */
export function tensor(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Tensor {
  for (const dim of shape) {
    if (!Number.isInteger(dim) || dim < 0) {
      throw new RangeError(
        `tensor: every dimension must be an integer of at least 0, got [${shape.join(", ")}]`,
      );
    }
  }
  if (elementCount(shape) !== values.length) {
    throw new RangeError(
      `tensor: shape [${shape.join(", ")}] holds ${elementCount(shape)} values, got ${values.length}`,
    );
  }
  return {shape: [...shape], data: values instanceof Float32Array ? values : Float32Array.from(values)};
}

/** `tensor` seen as a matrix: its last axis is the columns, all others together are the rows. A scalar is 1 x 1. */
export function matrixSize({shape}: Tensor): {rows: number; columns: number} {
  const columns = shape.at(-1) ?? 1;
  return {rows: elementCount(shape.slice(0, -1)), columns};
}
