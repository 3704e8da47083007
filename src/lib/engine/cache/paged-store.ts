import {fp16} from "../../formats/float/float.js";
import {type Format, type Packed, packedBytes} from "../../formats/format.js";
import {requireInteger} from "../../tensor/require.js";
import type {DecoderConfig} from "../decoder/config.js";
import type {KvStore} from "./kv-store.js";
import {type PackedPages, packedPages} from "./packed-pages.js";
import {concat, type UnpackOptions} from "./stored-cache.js";
import {type Coding, codingOf, type Run} from "./stored-kv.js";

/** Packing of keys, or values, from whole tokens into pages. */
export interface PageRule {
  /** Tokens that are packed together; by default 1. */
  readonly pageTokens?: number;
  /** Newest tokens that stay whole however many wait; by default none. */
  readonly residual?: number;
  /** Packs a page [tokens, kvHeads · headDim] of a layer. */
  pack(x: Float32Array, layer: number): Packed;
  unpack(page: Packed, layer: number): Float32Array;
  /** The bytes of a page as kernels read them; absent where unpacking is more than that. */
  readonly coding?: Coding | ((layer: number) => Coding | undefined) | undefined;
  /** The pages of a layer as kernels read them, where that is more than one coding says. */
  run?(layer: number, pages: Pages): Run;
  /** Rows of which a layer's pages hold coefficients; absent where they hold numbers of tokens. */
  factor?(layer: number): Run;
}

/** The pages of a layer. */
export interface Pages {
  readonly tokens: number;
  /** The bytes of a part of all pages, page after page; none where there are no pages. */
  part(name: string): Uint8Array;
}

/** Options of a store of pages. */
export interface PagedStoreOptions extends UnpackOptions {
  readonly keys: PageRule;
  readonly values: PageRule;
  /** Storage of a token until it goes into a page. */
  readonly wholeFormat?: Format;
}

/** Keys or values of one layer, in the order of the text: pages, then tokens packed one by one. */
interface Rows {
  readonly pages: PackedPages;
  whole: readonly Packed[];
}

/**
 * A store of pages: tokens wait whole, and go into a page as soon as `pageTokens` of them have `residual` newer ones. Where
 * tokens may wait, all are packed whole first, so that the parts in which they come make no difference.
 * @throws RangeError if pageTokens is no integer of at least 1, or residual none of at least 0.
 */
export function pagedStore(
  {layers, kvHeads, headDim}: DecoderConfig,
  {keys, values, wholeFormat = fp16, unpackOnce = false}: PagedStoreOptions,
): KvStore {
  const width = kvHeads * headDim;
  const sides = [keys, values].map((rule) => pagedSide(rule, {width, layers, wholeFormat, unpackOnce}));
  const isByToken = sides.every((side) => !side.mayWait);
  return {
    put(layer, kv) {
      sides[0].put(layer, kv.keys);
      sides[1].put(layer, kv.values);
    },
    get: (layer) => ({keys: sides[0].get(layer), values: sides[1].get(layer)}),
    runs(layer) {
      const [keys, values] = sides.map((side) => side.runs(layer));
      return keys && values && {keys, values, keysFrom: (token) => sides[0].from(layer, token)};
    },
    save() {
      const restores = sides.map((side) => side.save());
      return () => {
        for (const restore of restores) restore();
      };
    },
    ...(isByToken && {
      cut(tokens: number) {
        for (const side of sides) side.cut(tokens);
      },
    }),
    forgetFloats() {
      for (const side of sides) side.forgetFloats();
    },
    bytes: () => sides.reduce((sum, side) => sum + side.bytes(), 0),
  };
}

interface SideOptions extends Required<Pick<PagedStoreOptions, "wholeFormat" | "unpackOnce">> {
  readonly width: number;
  readonly layers: number;
}

function pagedSide(rule: PageRule, {width, layers, wholeFormat, unpackOnce}: SideOptions) {
  const {pageTokens = 1, residual = 0} = rule;
  requireInteger("pagedStore", "pageTokens", pageTokens, 1);
  requireInteger("pagedStore", "residual", residual, 0);
  const mayWait = pageTokens > 1 || residual > 0;
  const rows = Array.from({length: layers}, (): Rows => ({pages: packedPages(), whole: []}));
  const unpacked = rows.map(() => unpackedPages(rule));
  const wholeCoding = codingOf(wholeFormat, width);
  const {coding} = rule;
  const codings = rows.map((_, layer) => (typeof coding === "function" ? coding(layer) : coding));
  const canRead = (rule.run || !codings.includes(undefined)) && (!mayWait || wholeCoding !== undefined);
  const unpackWhole = (tokens: readonly Packed[]) =>
    concat(tokens.map((token) => wholeFormat.decode(token).data));
  /** Takes out of those that wait what is ready for pages. */
  const ready = (layer: number, x: Float32Array): Float32Array => {
    const whole = [...rows[layer].whole, ...tokensOf(x, width, wholeFormat)];
    const free = Math.max(0, whole.length - residual);
    rows[layer].whole = whole.splice(free - (free % pageTokens));
    return unpackWhole(whole);
  };
  return {
    mayWait,
    put(layer: number, x: Float32Array): void {
      const leaving = mayWait ? ready(layer, x) : x;
      for (let at = 0; at < leaving.length; at += pageTokens * width) {
        rows[layer].pages.push(rule.pack(leaving.slice(at, at + pageTokens * width), layer));
      }
    },
    get(layer: number): Float32Array {
      const {pages, whole} = rows[layer];
      if (unpackOnce) return unpacked[layer].read(pages, unpackWhole(whole), layer);
      return concat([...pagesFrom(pages, 0).map((page) => rule.unpack(page, layer)), unpackWhole(whole)]);
    },
    /** The tokens from one on as floats. */
    from(layer: number, token: number): Float32Array {
      const {pages, whole} = rows[layer];
      const first = Math.min(pages.length, Math.floor(token / pageTokens));
      const tail = concat([
        ...pagesFrom(pages, first).map((page) => rule.unpack(page, layer)),
        unpackWhole(whole),
      ]);
      return tail.subarray((token - first * pageTokens) * width);
    },
    /** Pages, and the tokens that wait, as they are packed. */
    runs(layer: number): readonly Run[] | undefined {
      if (!canRead) return undefined;
      const {pages, whole} = rows[layer];
      const tokens = pages.length * pageTokens;
      const pagedTokens =
        rule.run?.(layer, {tokens, part: partOf(pages)}) ?? pagedRun(pages, pageTokens, codings[layer]!);
      const runs = [rule.factor ? {...pagedTokens, factor: rule.factor(layer)} : pagedTokens];
      return whole.length === 0 ? runs : [...runs, wholeRun(whole, wholeCoding!)];
    },
    save() {
      const before = rows.map(({pages, whole}) => ({pages: pages.length, whole}));
      return () => {
        before.forEach(({pages, whole}, layer) => {
          rows[layer].pages.cut(pages);
          rows[layer].whole = whole;
          unpacked[layer].forget();
        });
      };
    },
    cut(tokens: number): void {
      rows.forEach(({pages}, layer) => {
        pages.cut(tokens);
        unpacked[layer].forget();
      });
    },
    forgetFloats(): void {
      for (const layer of unpacked) layer.free();
    },
    bytes: (): number => rows.reduce((sum, {pages, whole}) => sum + pages.bytes() + sumBytes(whole), 0),
  };
}

const pagesFrom = (pages: PackedPages, first: number): Packed[] =>
  Array.from({length: pages.length - first}, (_, at) => pages.get(first + at));

/** Names of the parts that kernels read. */
const PARTS = ["codes", "scales", "minima", "zeroPoints", "tensorScale"] as const;

/** The parts of pages that a kernel reads, those that there are. */
export function readParts(part: Pages["part"]): Run["parts"] {
  const held = PARTS.map((name) => [name, part(name)] as const).filter(
    ([name, bytes]) => name === "codes" || bytes.length > 0,
  );
  return Object.fromEntries(held);
}

/** Pages as kernels read them. */
export function pagedRun(pages: PackedPages, pageTokens: number, coding: Coding): Run {
  return {tokens: pages.length * pageTokens, coding, parts: readParts(partOf(pages))};
}

const partOf =
  (pages: PackedPages): Pages["part"] =>
  (name) =>
    pages.part(name) ?? new Uint8Array(0);

/** A run of tokens, one at least, that are packed one by one: few, so that their bytes may be put together for every pass. */
export function wholeRun(whole: readonly Packed[], coding: Coding): Run {
  const joined = (name: string) => {
    const each = whole[0].parts[name].byteLength;
    const bytes = new Uint8Array(whole.length * each);
    whole.forEach(({parts}, at) => {
      bytes.set(parts[name], at * each);
    });
    return bytes;
  };
  const parts = Object.fromEntries(Object.keys(whole[0].parts).map((name) => [name, joined(name)]));
  return {tokens: whole.length, coding, parts};
}

/** Tokens of x [tokens, width], each packed on its own. */
function tokensOf(x: Float32Array, width: number, format: Format): Packed[] {
  return Array.from({length: x.length / width}, (_, t) =>
    format.encode({shape: [1, width], data: x.slice(t * width, (t + 1) * width)}),
  );
}

/** Values of pages that were unpacked, one after another in one array that grows. */
function unpackedPages({unpack}: PageRule) {
  let values = new Float32Array(0);
  let [done, end] = [0, 0];
  const reserve = (length: number) => {
    if (length <= values.length) return;
    const bigger = new Float32Array(Math.max(length, 2 * values.length));
    bigger.set(values.subarray(0, end));
    values = bigger;
  };
  return {
    read(pages: PackedPages, rest: Float32Array, layer: number): Float32Array {
      for (; done < pages.length; done++) {
        const page = unpack(pages.get(done), layer);
        reserve(end + page.length);
        values.set(page, end);
        end += page.length;
      }
      reserve(end + rest.length);
      values.set(rest, end);
      return values.subarray(0, end + rest.length);
    },
    forget(): void {
      [done, end] = [0, 0];
    },
    free(): void {
      [done, end] = [0, 0];
      values = new Float32Array(0);
    },
  };
}

function sumBytes(parts: readonly Packed[]): number {
  return parts.reduce((sum, part) => sum + packedBytes(part), 0);
}
