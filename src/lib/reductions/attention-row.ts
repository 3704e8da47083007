import {requireInteger, requireLength} from "../tensor/require.js";

/** One query over its keys: what softmax attention has still to do once the scores are there. */
export interface AttentionRow {
  /** Scaled products of the query and its keys; -Infinity hides a key. */
  readonly scores: Float64Array;
  /** [keys, width] */
  readonly values: Float64Array;
  readonly width: number;
}

/**
 * A row whose shapes and scores can be reduced; it may be empty or wholly hidden.
 * @throws RangeError for shapes that do not fit, a score that is NaN or +Infinity, or a value that is not finite.
 */
export function attentionRow(scores: Float64Array, values: Float64Array, width: number): AttentionRow {
  requireInteger("attentionRow", "width", width, 1);
  requireLength("attentionRow", "values", values, scores.length * width);
  requireNumbers("scores", scores, (score) => score < Number.POSITIVE_INFINITY);
  requireNumbers("values", values, Number.isFinite);
  return {scores, values, width};
}

function requireNumbers(name: string, x: Float64Array, isAllowed: (value: number) => boolean): void {
  const at = x.findIndex((value) => !isAllowed(value));
  if (at < 0) return;
  const allowed = name === "scores" ? "finite, or -Infinity for a hidden key" : "finite";
  throw new RangeError(`attentionRow: ${name} must be ${allowed}, got ${x[at]} at index ${at}`);
}

/** A run of keys of a row, from `first` on. */
export function keysOf({scores, values, width}: AttentionRow, first: number, keys: number): AttentionRow {
  return {
    scores: scores.subarray(first, first + keys),
    values: values.subarray(first * width, (first + keys) * width),
    width,
  };
}
