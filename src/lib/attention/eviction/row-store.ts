/** Keys and values of single heads, packed one after another as kernels read them. */

import {type PackedPages, packedPages} from "../../engine/cache/packed-pages.js";
import {pagedRun} from "../../engine/cache/paged-store.js";
import {codingOf, type Run} from "../../engine/cache/stored-kv.js";
import {fp32} from "../../formats/float/float.js";
import type {Format} from "../../formats/format.js";

/** A key and a value of one head. */
export interface RowFloats {
  readonly key: Float32Array;
  readonly value: Float32Array;
}

/** Rows of the heads of a layer; the place of a row is the number of those that came before it. */
export interface RowStore {
  /** Rows that it holds, wanted or not. */
  readonly length: number;
  /** Packs a row and gives its place. */
  put(row: RowFloats): number;
  get(place: number): RowFloats;
  /** Lets go of all rows but those at these places, ascending: the n-th of them is then at n. */
  keep(places: readonly number[]): void;
  /** All rows as kernels read them; undefined where these cannot read the format. */
  runs(): {readonly keys: Run; readonly values: Run} | undefined;
  /** Bytes of a row's key and value. */
  rowBytes(): number;
}

/** @param unpackOnce true: of a format that kernels cannot read, floats are held beside what is packed */
export function rowStore(headDim: number, format: Format | undefined, unpackOnce: boolean): RowStore {
  const packing = format ?? fp32;
  const coding = codingOf(packing, headDim);
  let [keys, values] = [packedPages(), packedPages()];
  let floats: RowFloats[] = [];
  const pack = (data: Float32Array) => packing.encode({shape: [1, headDim], data});
  const unpacked = (pages: PackedPages, place: number) => packing.decode(pages.get(place)).data;
  const at = (place: number) => ({key: unpacked(keys, place), value: unpacked(values, place)});
  return {
    get length() {
      return keys.length;
    },
    put({key, value}) {
      keys.push(pack(key));
      values.push(pack(value));
      const place = keys.length - 1;
      if (unpackOnce && coding === undefined) floats[place] = at(place);
      return place;
    },
    get: (place) => floats[place] ?? at(place),
    keep(places) {
      [keys, values] = [keys, values].map((pages) => {
        const fewer = packedPages();
        for (const place of places) fewer.push(pages.get(place));
        return fewer;
      });
      if (floats.length > 0) floats = places.map((place) => floats[place]);
    },
    runs: () => coding && {keys: pagedRun(keys, 1, coding), values: pagedRun(values, 1, coding)},
    rowBytes: () => (keys.length === 0 ? 0 : (keys.bytes() + values.bytes()) / keys.length),
  };
}
