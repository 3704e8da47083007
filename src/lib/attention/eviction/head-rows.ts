/** Rows of a cache in which every key head holds its own tokens. */

import type {AttentionCall} from "../../engine/attention.js";
import type {KvCache} from "../../engine/cache/kv-cache.js";
import {floatRun, type HeadKv, type Run} from "../../engine/cache/stored-kv.js";
import type {RowFloats, RowStore} from "./row-store.js";

/** Keys and values of all heads of a layer, as attention reads them. */
export type LayerKv = ReturnType<KvCache["read"]>;

/** One token of one key head. */
export interface Row {
  readonly position: number;
  /** The row as it came, until its pass is over. */
  fresh: RowFloats | undefined;
  /** Its place in the layer's store after that. */
  place: number;
}

/** Rows that a key head holds, in the order of the text, and the attention that each has had. */
export interface HeadRows {
  readonly rows: readonly Row[];
  readonly received: Float64Array;
}

/** A head that holds nothing. */
export const noRows = (): HeadRows => ({rows: [], received: new Float64Array(0)});

/** The rows of key head g of tokens [T, kvHeads, headDim]. */
export function newRows(
  keys: Float32Array,
  values: Float32Array,
  positions: Int32Array,
  {g, kvHeads, headDim}: {readonly g: number; readonly kvHeads: number; readonly headDim: number},
): Row[] {
  return Array.from(positions, (position, t) => {
    const from = (t * kvHeads + g) * headDim;
    const own = (x: Float32Array) => x.slice(from, from + headDim);
    return {position, fresh: {key: own(keys), value: own(values)}, place: -1};
  });
}

/** A head with newer rows, which have had no attention yet. */
export function withRows({rows, received}: HeadRows, newer: readonly Row[]): HeadRows {
  const longer = new Float64Array(rows.length + newer.length);
  longer.set(received);
  return {rows: [...rows, ...newer], received: longer};
}

/** A head with the rows at these indices alone. */
export function rowsAt({rows, received}: HeadRows, kept: readonly number[]): HeadRows {
  return {rows: kept.map((at) => rows[at]), received: Float64Array.from(kept, (at) => received[at])};
}

/** A head as it was when the text had `length` tokens, if nothing was dropped since; its scores are a copy. */
export function rowsBefore({rows, received}: HeadRows, length: number): HeadRows {
  let count = rows.length;
  while (count > 0 && rows[count - 1].position >= length) count--;
  return {rows: rows.slice(0, count), received: received.slice(0, count)};
}

/** Bytes of a row's key and value as they are stored. */
export const rowBytes = ({fresh}: Row, store: RowStore): number =>
  fresh ? fresh.key.byteLength + fresh.value.byteLength : store.rowBytes();

/** Packs the rows before `length` that are still as they came: they are the last of those. */
export function packRows(rows: readonly Row[], length: number, store: RowStore): void {
  let first = rows.length;
  while (first > 0 && (rows[first - 1].fresh ?? rows[first - 1].position >= length)) first--;
  for (const row of rows.slice(first)) {
    if (row.fresh === undefined || row.position >= length) continue;
    row.place = store.put(row.fresh);
    row.fresh = undefined;
  }
}

/** Places in the text that any head holds. */
export function unionOf(heads: readonly HeadRows[]): Int32Array {
  const last = heads.reduce((most, {rows}) => Math.max(most, rows.at(-1)?.position ?? -1), -1);
  const isHeld = new Uint8Array(last + 1);
  for (const {rows} of heads) for (const {position} of rows) isHeld[position] = 1;
  const positions = new Int32Array(last + 1);
  let count = 0;
  for (let position = 0; position <= last; position++) if (isHeld[position]) positions[count++] = position;
  return positions.subarray(0, count);
}

/** Rows of all heads at the places that any holds; where a head lacks one it is zero, and {@link presenceMask} hides it. */
export function unionFloats(
  heads: readonly HeadRows[],
  positions: Int32Array,
  headDim: number,
  store: RowStore,
): LayerKv {
  const keys = new Float32Array(positions.length * heads.length * headDim);
  const values = new Float32Array(keys.length);
  heads.forEach(({rows}, g) => {
    const places = placesOf(rows, positions);
    rows.forEach(({fresh, place}, at) => {
      const to = (places[at] * heads.length + g) * headDim;
      const {key, value} = fresh ?? store.get(place);
      keys.set(key, to);
      values.set(value, to);
    });
  });
  return {keys, values, positions};
}

/** The same as each head holds it, for attention that reads no more than that; undefined where kernels cannot read it. */
export function headKv(
  heads: readonly HeadRows[],
  positions: Int32Array,
  headDim: number,
  store: RowStore,
): HeadKv[] | undefined {
  const packed = store.runs();
  return (
    packed &&
    heads.map(({rows}) => {
      const fresh = rows.flatMap((row) => row.fresh ?? []);
      const places = Int32Array.from(rows.slice(0, rows.length - fresh.length), ({place}) => place);
      const runs = (run: Run, side: keyof RowFloats) => [
        ...(places.length > 0 ? [{...run, rows: places}] : []),
        ...fresh.map((row) => floatRun(row[side], headDim)),
      ];
      const own = {keys: runs(packed.keys, "key"), values: runs(packed.values, "value")};
      return rows.length === positions.length ? own : {...own, tokens: placesOf(rows, positions)};
    })
  );
}

/** The keys that each head holds, for the queries of a call, [heads, T, L]; undefined where all hold every one. */
export function presenceMask(
  {heads, kvHeads, queryPositions: {length: T}}: Omit<AttentionCall, "keys" | "values">,
  held: readonly HeadRows[],
  positions: Int32Array,
): Uint8Array | undefined {
  const L = positions.length;
  if (held.every(({rows}) => rows.length === L)) return undefined;
  const mask = new Uint8Array(heads * T * L);
  const rows = held.map((head) => {
    const row = new Uint8Array(L);
    for (const place of placesOf(head.rows, positions)) row[place] = 1;
    return row;
  });
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < T; i++) mask.set(rows[Math.floor((h * kvHeads) / heads)], (h * T + i) * L);
  }
  return mask;
}

/** The place of each row among the keys; both ascend. */
export function placesOf(rows: readonly Row[], keyPositions: Int32Array): Int32Array {
  const places = new Int32Array(rows.length);
  let place = 0;
  rows.forEach(({position}, at) => {
    while (keyPositions[place] < position) place++;
    places[at] = place;
  });
  return places;
}
