/** @throws RangeError unless `value` is an integer of at least `least`. */
export function requireInteger(where: string, name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`${where}: ${name} must be an integer of at least ${least}, got ${value}`);
}

/** @throws RangeError unless `x` has `length` values. */
export function requireLength(
  where: string,
  name: string,
  x: Float32Array | Float64Array,
  length: number,
): void {
  if (x.length === length) return;
  throw new RangeError(`${where}: ${name} must hold ${length} values, got ${x.length}`);
}

/** @throws RangeError naming the index of a NaN or an infinity. */
export function requireFinite(where: string, name: string, x: Float32Array): void {
  const at = x.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new RangeError(`${where}: ${name} must be finite, got ${x[at]} at index ${at}`);
}

/**
 * The number of tokens that x holds in rows of `width`.
 * @throws RangeError unless width is an integer of at least 1 and x holds whole rows.
 */
export function tokenCount(where: string, x: Float32Array, width: number): number {
  requireInteger(where, "width", width, 1);
  const tokens = x.length / width;
  if (Number.isInteger(tokens)) return tokens;
  throw new RangeError(`${where}: x must hold whole tokens of ${width} values, got ${x.length}`);
}
