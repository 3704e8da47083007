/** The common frame of token selection: which keys each query of each head may use. */

import type {AttentionCall} from "../engine/attention.js";
import {requireInteger} from "../tensor/require.js";

/**
 * Queries and keys after rotary, as attention takes them: q [T, heads, headDim], keys [L, kvHeads, headDim].
 * The last query sees the last key: query i sees the first L - T + i + 1 keys. Query head h reads key head
 * floor(h / (heads / kvHeads)).
 */
export interface Queries {
  readonly q: Float32Array;
  readonly keys: Float32Array;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Place of each key, [L], where that tells how many there are without unpacking them. */
  readonly keyPositions?: Int32Array;
  /** Factor and bounds of the products, as attention has them. */
  readonly scale?: number;
  readonly softcap?: number;
}

/** The size of what is said about every key for every query of every head: T = queries, L = keys. */
export interface SelectionShape {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
}

/** Importance of each key, [heads, T, L]; keys after the query hold -Infinity or are not looked at. */
export interface Importance extends SelectionShape {
  readonly data: Float64Array;
}

/** 1 keeps a key, 0 hides it, [heads, T, L]; keys after the query are 0. */
export interface KeyMask extends SelectionShape {
  readonly data: Uint8Array;
}

/**
 * The sizes of `queries`.
 * @throws RangeError if q or keys do not hold whole tokens, heads are no multiple of kvHeads, or T > L.
 */
export function selectionShape(where: string, queries: Queries): SelectionShape {
  const {q, heads, kvHeads, headDim, keyPositions} = queries;
  for (const [name, size] of Object.entries({heads, kvHeads, headDim})) {
    requireInteger(where, name, size, 1);
  }
  if (heads % kvHeads !== 0) {
    throw new RangeError(`${where}: heads must be a multiple of kvHeads ${kvHeads}, got ${heads}`);
  }
  const T = q.length / (heads * headDim);
  const L = keyPositions?.length ?? queries.keys.length / (kvHeads * headDim);
  if (!Number.isInteger(T)) {
    throw new RangeError(`${where}: q must hold tokens of ${heads} x ${headDim} values, got ${q.length}`);
  }
  if (!Number.isInteger(L)) {
    throw new RangeError(
      `${where}: keys must hold tokens of ${kvHeads} x ${headDim} values, got ${queries.keys.length}`,
    );
  }
  if (T > L) throw new RangeError(`${where}: there must be a key for each of the ${T} queries, got ${L}`);
  return {heads, queries: T, keys: L};
}

/** @throws RangeError if a sliding window hides keys: a policy would spend its budget on keys that no query sees. */
export function requireAllInView(where: string, call: AttentionCall): void {
  const {layer, window, queryPositions, keyPositions} = call;
  const reach = (queryPositions.at(-1) ?? 0) - (keyPositions[0] ?? 0) + 1;
  if (window === null || reach <= window) return;
  throw new RangeError(
    `${where}: layers must see all earlier tokens, got a window of ${window} in layer ${layer} of a text of ${reach}`,
  );
}

/** @throws RangeError unless every key is a query's own: methods that follow a text from its start need it whole. */
export function requireWhole(where: string, {queries, keys}: SelectionShape): void {
  if (queries === keys) return;
  throw new RangeError(`${where}: the text must be whole, ${keys} queries for ${keys} keys, got ${queries}`);
}

/** Keys that query i sees: itself and all before it. */
export function visibleKeys({queries, keys}: SelectionShape, i: number): number {
  return keys - queries + i + 1;
}

/** Start of the row of query i of head h. */
export function rowStart({queries, keys}: SelectionShape, h: number, i: number): number {
  return (h * queries + i) * keys;
}

/** Calls `visit` for every query of every head, head by head, with the start of its row and the keys that it sees. */
export function forEachRow(
  shape: SelectionShape,
  visit: (h: number, i: number, start: number, visible: number) => void,
): void {
  for (let h = 0; h < shape.heads; h++) {
    for (let i = 0; i < shape.queries; i++) visit(h, i, rowStart(shape, h, i), visibleKeys(shape, i));
  }
}

/** A matrix [heads, T, L] of one number, which keys after the query keep. */
export function filled({heads, queries, keys}: SelectionShape, value: number): Importance {
  return {heads, queries, keys, data: new Float64Array(heads * queries * keys).fill(value)};
}

/** A mask [heads, T, L] that keeps nothing. */
export function emptyMask({heads, queries, keys}: SelectionShape): KeyMask {
  return {heads, queries, keys, data: new Uint8Array(heads * queries * keys)};
}
