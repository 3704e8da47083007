import type {KvStore} from "../../engine/cache/kv-store.js";
import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {wholeRun} from "../../engine/cache/paged-store.js";
import {concat, storedCache} from "../../engine/cache/stored-cache.js";
import {type Coding, headRuns, matrixCoding, type Run} from "../../engine/cache/stored-kv.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {fp16} from "../../formats/float/float.js";
import {type Format, type Packed, packedBytes} from "../../formats/format.js";
import {packCodes, unpackCodes} from "../../formats/pack.js";
import {smallest} from "../../stats/extent.js";
import {requireInteger} from "../../tensor/require.js";
import {type MiniCacheOptions, miniCacheMerge, miniCacheMergeReleased} from "./minicache.js";

/** Options of MiniCache's cache. */
export interface MiniCacheCacheOptions extends MiniCacheOptions {
  /** First layer that is merged with the next, and so on in pairs; by default the deep half. */
  readonly first?: number;
  /** Rows that are kept: the most different (`correct`), or the most alike, as xKV's repository runs it (`released`). */
  readonly rule?: "correct" | "released";
  /** Tokens that wait whole before they are merged. */
  readonly window?: number;
  /** Packing of directions, lengths and whole rows. */
  readonly format?: Format;
}

/** The merged keys or values of a run of tokens in two layers; a row is one head of one token. */
interface MergedPage {
  readonly tokens: number;
  /** A bit a row: 1 where it was merged. */
  readonly merged: Uint8Array;
  /** Of merged rows: the shared direction, and each layer's length. */
  readonly directions: Packed;
  readonly lengths: readonly [Packed, Packed];
  /** Of the other rows, each layer's own. */
  readonly kept: readonly [Packed, Packed];
}

/** Keys or values of the layers of a pair, or of one that stands alone: merged pages, then whole tokens of each. */
interface Side {
  readonly pages: MergedPage[];
  whole: readonly (readonly Packed[])[];
}

/**
 * MiniCache: in the deep half, neighbouring layers share one direction for each head of each token and keep their own
 * lengths; pairs of rows that point too far apart stay. A prompt of at least `window` tokens is merged as a whole when it
 * is over ({@link KvCache.endPrompt}), since how far apart is too far depends on all of them; later tokens are merged
 * `window` at a time. Rotary moves both layers alike, so it may come before. (arXiv:2405.14366, section 4)
 * @throws RangeError if first is no layer, window no integer of at least 1, or rule is another; in `append` as
 * {@link miniCacheMerge}.
 */
export function miniCacheCache(
  {layers, kvHeads, headDim}: DecoderConfig,
  options: MiniCacheCacheOptions = {},
): PackedKvCache {
  const {first = Math.floor(layers / 2), window = 32, rule = "correct", format = fp16} = options;
  checkOptions(layers, first, window, rule);
  const merge = rule === "correct" ? miniCacheMerge : miniCacheMergeReleased;
  const sizes = {rows: kvHeads, dim: headDim, format};
  const groups = pairsFrom(first, layers).map((members) => ({
    members,
    sides: [newSide(members), newSide(members)] as const,
  }));
  const whole = matrixCoding(format, headDim);
  const codings = whole && {whole, paged: {...whole, hasFactors: true}};
  const groupOf = (layer: number) => groups.find(({members}) => members.includes(layer))!;
  const store: KvStore = {
    put(layer, kv) {
      const {members, sides} = groupOf(layer);
      const at = members.indexOf(layer);
      [kv.keys, kv.values].forEach((x, i) => {
        const side = sides[i];
        const isPrompt = side.pages.length === 0 && side.whole[at].length === 0;
        side.whole = side.whole.with(at, [...side.whole[at], ...tokensOf(x, sizes)]);
        if (members.length < 2) return;
        for (let ready = readyIn(side); ready >= window; ready = readyIn(side)) {
          const tokens = isPrompt ? ready : window;
          const [a, b] = side.whole.map((whole) => unpack(whole.slice(0, tokens), format));
          side.whole = side.whole.map((whole) => whole.slice(tokens));
          side.pages.push(mergedPage(merge(a, b, headDim, options), tokens, sizes));
        }
      });
    },
    get(layer) {
      const {members, sides} = groupOf(layer);
      const at = members.indexOf(layer);
      const [keys, values] = sides.map(({pages, whole}) =>
        concat([...pages.map((page) => readPage(page, at as 0 | 1, sizes)), unpack(whole[at], format)]),
      );
      return {keys, values};
    },
    runs(layer) {
      const {members, sides} = groupOf(layer);
      const at = members.indexOf(layer) as 0 | 1;
      if (codings === undefined) return undefined;
      const [keys, values] = sides.map((side) => sideRuns(side, at, sizes, codings));
      const heads = keys.map((own, g) => ({keys: own, values: values[g]}));
      const keysFrom = (token: number) => store.get(layer).keys.subarray(token * kvHeads * headDim);
      return {keys: [], values: [], heads, keysFrom};
    },
    save() {
      const before = groups.flatMap(({sides}) =>
        sides.map((side) => ({side, pages: side.pages.length, whole: side.whole})),
      );
      return () => {
        for (const {side, pages, whole} of before) {
          side.pages.length = pages;
          side.whole = whole;
        }
      };
    },
    bytes: () => groups.flatMap(({sides}) => sides).reduce((sum, side) => sum + sideBytes(side), 0),
  };
  return storedCache(store, {prompt: "whole"});
}

/** Tokens that wait in both layers. */
const readyIn = ({whole}: Side): number => smallest(whole.map(({length}) => length));

interface Sizes {
  /** Rows of a token. */
  readonly rows: number;
  readonly dim: number;
  readonly format: Format;
}

/** Codings of rows: whole ones, and those of pages, which have factors. */
interface Codings {
  readonly whole: Coding;
  readonly paged: Coding;
}

function checkOptions(layers: number, first: number, window: number, rule: string): void {
  if (!Number.isInteger(first) || first < 0 || first >= layers) {
    throw new RangeError(`miniCacheCache: first must be a layer from 0 to ${layers - 1}, got ${first}`);
  }
  requireInteger("miniCacheCache", "window", window, 1);
  if (rule === "correct" || rule === "released") return;
  throw new RangeError(`miniCacheCache: rule must be one of correct, released, got ${rule}`);
}

/** Layers below `first` alone, those from it in pairs, the last alone where they do not divide. */
function pairsFrom(first: number, layers: number): number[][] {
  const groups = Array.from({length: first}, (_, layer) => [layer]);
  for (let layer = first; layer < layers; layer += 2) {
    groups.push(layer + 1 < layers ? [layer, layer + 1] : [layer]);
  }
  return groups;
}

function newSide(members: readonly number[]): Side {
  return {pages: [], whole: members.map(() => [])};
}

function tokensOf(x: Float32Array, {rows, dim, format}: Sizes): Packed[] {
  return Array.from({length: x.length / (rows * dim)}, (_, t) =>
    format.encode({shape: [rows, dim], data: x.slice(t * rows * dim, (t + 1) * rows * dim)}),
  );
}

const unpack = (whole: readonly Packed[], format: Format) =>
  concat(whole.map((token) => format.decode(token).data));

function mergedPage(
  {merged, directions, first, second}: ReturnType<typeof miniCacheMerge>,
  tokens: number,
  {dim, format}: Sizes,
): MergedPage {
  const rowsOf = (x: Float32Array, flag: number) =>
    concat(
      Array.from(merged.keys())
        .filter((row) => merged[row] === flag)
        .map((row) => x.subarray(row * dim, (row + 1) * dim)),
    );
  const pack = (x: Float32Array, width: number) => format.encode({shape: [x.length / width, width], data: x});
  const shared = rowsOf(directions, 1);
  const unit = lengths(shared, dim);
  // A direction of the released rule need not have length 1.
  const lengthsOf = (x: Float32Array) =>
    fp16.encode({
      shape: [unit.length],
      data: lengths(rowsOf(x, 1), dim).map((length, row) => (length === 0 ? 0 : length / unit[row])),
    });
  return {
    tokens,
    merged: packCodes(merged, 1),
    directions: pack(shared, dim),
    lengths: [lengthsOf(first), lengthsOf(second)],
    kept: [pack(rowsOf(first, 0), dim), pack(rowsOf(second, 0), dim)],
  };
}

function lengths(x: Float32Array, dim: number): Float32Array {
  return Float32Array.from({length: x.length / dim}, (_, row) =>
    Math.hypot(...x.subarray(row * dim, (row + 1) * dim)),
  );
}

/** A layer's rows of a page: direction times length, or what was kept. */
function readPage(page: MergedPage, at: 0 | 1, {rows, dim, format}: Sizes): Float32Array {
  const merged = unpackCodes(page.merged, 1, page.tokens * rows);
  const directions = format.decode(page.directions).data;
  const kept = format.decode(page.kept[at]).data;
  const scale = fp16.decode(page.lengths[at]).data;
  const x = new Float32Array(merged.length * dim);
  let [fromMerged, fromKept] = [0, 0];
  merged.forEach((isMerged: number, row: number) => {
    const source = isMerged ? directions : kept;
    const from = isMerged ? fromMerged++ : fromKept++;
    const factor = isMerged ? scale[from] : 1;
    for (let c = 0; c < dim; c++) x[row * dim + c] = source[from * dim + c] * factor;
  });
  return x;
}

/** For each head the runs of a layer: of pages directions and kept rows, the former by their lengths, then whole rows. */
function sideRuns({pages, whole}: Side, at: 0 | 1, sizes: Sizes, codings: Codings): Run[][] {
  const paged = pages.map((page) => pageRuns(page, at, sizes, codings.paged));
  const tokens = whole[at];
  const runs = tokens.length === 0 ? paged : [...paged, tokenRuns(tokens, sizes.rows, codings.whole)];
  return Array.from({length: sizes.rows}, (_, g) => runs.map((heads) => heads[g]));
}

function pageRuns(page: MergedPage, at: 0 | 1, {rows}: Sizes, coding: Coding): Run[] {
  const {directions, kept, lengths, tokens} = page;
  const merged = unpackCodes(page.merged, 1, tokens * rows);
  const shared = directions.shape[0];
  const parts = Object.fromEntries(
    Object.entries(directions.parts).map(([name, bytes]) => [name, bothBytes(bytes, kept[at].parts[name])]),
  );
  const ones = fp16.encode({shape: [kept[at].shape[0]], data: new Float32Array(kept[at].shape[0]).fill(1)});
  const factors = bothBytes(lengths[at].parts.codes, ones.parts.codes);
  const places = Array.from({length: rows}, () => new Int32Array(tokens));
  let [fromMerged, fromKept] = [0, shared];
  merged.forEach((isMerged: number, row: number) => {
    places[row % rows][Math.floor(row / rows)] = isMerged ? fromMerged++ : fromKept++;
  });
  const run = {
    tokens: merged.length,
    coding,
    parts: {...parts, factors},
  };
  return places.map((own) => ({...run, rows: own}));
}

function bothBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Rows of tokens that are packed one by one. */
function tokenRuns(tokens: readonly Packed[], rows: number, coding: Coding): Run[] {
  const run = {...wholeRun(tokens, coding), tokens: rows * tokens.length};
  return headRuns(run, rows);
}

function sideBytes({pages, whole}: Side): number {
  const paged = pages.reduce(
    (sum, {merged, directions, lengths: [a, b], kept: [c, d]}) =>
      sum + merged.byteLength + [directions, a, b, c, d].reduce((all, part) => all + packedBytes(part), 0),
    0,
  );
  return paged + whole.flat().reduce((sum, token) => sum + packedBytes(token), 0);
}
