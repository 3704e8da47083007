import type {Tensor} from "../tensor/tensor.js";

/**
 * Division of a tensor into groups that share a scale: seen as [outer, length, inner] around one axis, every
 * line along that axis is cut into `perLine` groups of `size` elements, the last of them possibly shorter.
 * Groups are numbered row-major as [outer, perLine, inner].
 */
export interface Groups {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly size: number;
  readonly perLine: number;
  readonly count: number;
}

/** Elements that share a scale: all, one row (an output channel of W [out, in], a token of X [tokens, features]), or a run. */
export type Granularity = "tensor" | "channel" | "token" | "group";

function grouping(outer: number, length: number, inner: number, size: number): Groups {
  const perLine = size === 0 ? 0 : Math.ceil(length / size);
  return {outer, length, inner, size, perLine, count: outer * perLine * inner};
}

const product = (dims: readonly number[]) => dims.reduce((all, dim) => all * dim, 1);

/**
 * Groups of `size` elements along `axis` (negative: from the end); a scalar is one group.
 * @throws RangeError if there is no such axis.
 */
export function groupsAlong(shape: readonly number[], axis: number, size: number): Groups {
  if (shape.length === 0) return grouping(1, 1, 1, size);
  const at = axis < 0 ? shape.length + axis : axis;
  const length = shape[at];
  if (length === undefined) {
    throw new RangeError(
      `groupsAlong: axis must be from ${-shape.length} to ${shape.length - 1}, got ${axis} for shape [${shape.join(", ")}]`,
    );
  }
  return grouping(product(shape.slice(0, at)), length, product(shape.slice(at + 1)), size);
}

/** The groups of a granularity; `axis` and `groupSize` are those of `group`, rows run along `axis` as well. */
export function groupsOf(
  shape: readonly number[],
  granularity: Granularity,
  axis: number,
  groupSize: number,
): Groups {
  if (granularity === "tensor") return grouping(1, product(shape), 1, product(shape));
  if (granularity === "group") return groupsAlong(shape, axis, groupSize);
  const line = groupsAlong(shape, axis, 1);
  return grouping(line.outer, line.length, line.inner, line.length);
}

/** Calls `visit` for every group in order with its first element, the step from element to element, and their number. */
export function forEachGroup(
  {outer, length, inner, size, perLine}: Groups,
  visit: (group: number, start: number, step: number, count: number) => void,
): void {
  let group = 0;
  for (let o = 0; o < outer; o++) {
    for (let b = 0; b < perLine; b++) {
      const count = Math.min(size, length - b * size);
      const start = (o * length + b * size) * inner;
      for (let i = 0; i < inner; i++) visit(group++, start + i, inner, count);
    }
  }
}

/** The largest magnitude of each group; infinity or NaN where the group holds one (NaN wins). */
export function groupAbsMax(data: Float32Array, groups: Groups): Float32Array {
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  const maxBits = new Int32Array(groups.count);
  forEachGroup(groups, (group, start, step, count) => {
    let largest = 0;
    // Without the sign, the bits of float32 numbers are ordered as the numbers are, NaN above infinity.
    for (let n = 0, i = start; n < count; n++, i += step) {
      const magnitude = bits[i] & 0x7fffffff;
      if (magnitude > largest) largest = magnitude;
    }
    maxBits[group] = largest;
  });
  return new Float32Array(maxBits.buffer);
}

/** Every element divided by the scale of its group, in float32; a zero stays as it is, even over a scale of 0. */
export function divideByScale(data: Float32Array, groups: Groups, scales: Float32Array): Float32Array {
  const quotients = new Float32Array(data.length);
  forEachGroup(groups, (group, start, step, count) => {
    const scale = scales[group];
    for (let n = 0, i = start; n < count; n++, i += step) {
      const x = data[i];
      quotients[i] = x === 0 ? x : x / scale;
    }
  });
  return quotients;
}

/** Multiplies every element, in place and in float32, by the scale of its group. */
export function multiplyByScale(data: Float32Array, groups: Groups, scales: Float32Array): void {
  forEachGroup(groups, (group, start, step, count) => {
    const scale = scales[group];
    for (let n = 0, i = start; n < count; n++, i += step) data[i] = data[i] * scale;
  });
}

/**
 * Refuses a tensor that a format without NaN and infinity cannot hold.
 * @throws RangeError naming the first such value and its index.
 */
export function requireFinite(where: string, {data}: Tensor): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new RangeError(
        `${where}: x must be finite, got ${data[i]} at index ${i}. Only MX and plain floating-point formats can hold it.`,
      );
    }
  }
}
