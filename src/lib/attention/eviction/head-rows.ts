/** Rows of a cache in which every key head holds its own tokens. */

import type {AttentionCall} from "../../engine/attention.js";
import type {KvCache} from "../../engine/cache/kv-cache.js";
import {type Format, type Packed, packedBytes} from "../../formats/format.js";

/** Keys and values of all heads of a layer, as attention reads them. */
export type LayerKv = ReturnType<KvCache["read"]>;

/** A key or a value of one head: as it came until its pass is over, then packed. */
type Stored = Float32Array | Packed;

/** One token of one key head. */
export interface Row {
  readonly position: number;
  key: Stored;
  value: Stored;
  /** The packed key and value as floats, where they are unpacked once. */
  unpacked?: readonly [key: Float32Array, value: Float32Array];
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
    return {position, key: keys.slice(from, from + headDim), value: values.slice(from, from + headDim)};
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
export function rowBytes({key, value}: Row): number {
  const bytes = (x: Stored) => (x instanceof Float32Array ? x.byteLength : packedBytes(x));
  return bytes(key) + bytes(value);
}

/** Packs the rows before `length` that are still as they came: they are the last of those. */
export function packRows(rows: readonly Row[], length: number, format: Format, unpackOnce: boolean): void {
  const pack = (data: Float32Array) => format.encode({shape: [1, data.length], data});
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at];
    if (row.position >= length) continue;
    if (!(row.key instanceof Float32Array && row.value instanceof Float32Array)) return;
    row.key = pack(row.key);
    row.value = pack(row.value);
    if (unpackOnce) row.unpacked = [format.decode(row.key).data, format.decode(row.value).data];
  }
}

/** All tokens that any head holds; where a head lacks one, its place is zero and {@link presenceMask} hides it. */
export function unionOf(heads: readonly HeadRows[], headDim: number, format: Format | undefined): LayerKv {
  const held = new Set(heads.flatMap(({rows}) => rows.map(({position}) => position)));
  const positions = Int32Array.from(held).sort();
  const keys = new Float32Array(positions.length * heads.length * headDim);
  const union = {keys, values: new Float32Array(keys.length), positions};
  fillUnion(union, heads, headDim, format);
  return union;
}

/** Writes what the heads' rows say now into a union of them. */
export function fillUnion(
  {keys, values, positions}: LayerKv,
  heads: readonly HeadRows[],
  headDim: number,
  format: Format | undefined,
): void {
  const floats = (x: Stored) => (x instanceof Float32Array ? x : format!.decode(x).data);
  heads.forEach(({rows}, g) => {
    const places = placesOf(rows, positions);
    rows.forEach((row, at) => {
      const to = (places[at] * heads.length + g) * headDim;
      const [key, value] = row.unpacked ?? [floats(row.key), floats(row.value)];
      for (let c = 0; c < headDim; c++) {
        keys[to + c] = key[c];
        values[to + c] = value[c];
      }
    });
  });
}

/** The keys that each head holds, for the queries of a call, [heads, T, L]; undefined where all hold every one. */
export function presenceMask(call: AttentionCall, held: readonly HeadRows[]): Uint8Array | undefined {
  const {heads, kvHeads, keyPositions, queryPositions} = call;
  const [T, L] = [queryPositions.length, keyPositions.length];
  if (held.every(({rows}) => rows.length === L)) return undefined;
  const mask = new Uint8Array(heads * T * L);
  const rows = held.map((head) => {
    const row = new Uint8Array(L);
    for (const place of placesOf(head.rows, keyPositions)) row[place] = 1;
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
