import {requireInteger} from "../tensor/require.js";

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
