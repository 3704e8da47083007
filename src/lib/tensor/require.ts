/** Refusals of a caller's values, each in one form: `<where>: <name> must be <allowed>, got <value>`. */

/** @throws RangeError unless `value` is an integer from `least` to `most`. */
export function requireInteger(
  where: string,
  name: string,
  value: unknown,
  least: number,
  most = Number.POSITIVE_INFINITY,
): void {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) return;
  const allowed = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new RangeError(`${where}: ${name} must be an integer ${allowed}, got ${value}`);
}

/** @throws RangeError unless `value` is a finite number above 0. */
export function requirePositive(where: string, name: string, value: unknown): void {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return;
  throw new RangeError(`${where}: ${name} must be a finite number above 0, got ${value}`);
}

/** @throws RangeError unless `value` is a finite number of at least 0. */
export function requireNonNegative(where: string, name: string, value: unknown): void {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return;
  throw new RangeError(`${where}: ${name} must be a finite number of at least 0, got ${value}`);
}

/** @throws RangeError unless `value` is a part of something that is not empty: above 0 and at most 1. */
export function requireFraction(where: string, name: string, value: number): void {
  if (value > 0 && value <= 1) return;
  throw new RangeError(`${where}: ${name} must be above 0 and at most 1, got ${value}`);
}

/** @throws RangeError unless `value` is from 0 to 1. */
export function requireShare(where: string, name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new RangeError(`${where}: ${name} must be from 0 to 1, got ${value}`);
}

/** @throws RangeError unless `x` has `length` values. */
export function requireLength(where: string, name: string, x: ArrayLike<unknown>, length: number): void {
  if (x.length === length) return;
  throw new RangeError(`${where}: ${name} must hold ${length} values, got ${x.length}`);
}

/** @throws RangeError naming the first NaN or infinity of `x` and its index. */
export function requireFinite(where: string, name: string, x: Float32Array | Float64Array): void {
  const at = x.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new RangeError(`${where}: ${name} must be finite, got ${x[at]} at index ${at}`);
}
