import {fp16} from "../../formats/float/float.js";
import {type Format, type Packed, packedBytes} from "../../formats/format.js";
import type {DecoderConfig} from "../decoder/config.js";
import {concat, type KvStore, type UnpackOptions} from "./stored-cache.js";

/** How keys, or values, go from whole tokens into pages. */
export interface PageRule {
  /** Tokens that are packed together; by default 1. */
  readonly pageTokens?: number;
  /** Newest tokens that stay whole however many wait; by default none. */
  readonly residual?: number;
  /** What a page [tokens, kvHeads · headDim] of a layer is kept as. */
  pack(x: Float32Array, layer: number): Packed;
  unpack(page: Packed, layer: number): Float32Array;
}

export interface PagedStoreOptions extends UnpackOptions {
  readonly keys: PageRule;
  readonly values: PageRule;
  /** How a token is kept until it goes into a page. */
  readonly wholeFormat?: Format;
}

interface Page {
  readonly tokens: number;
  readonly packed: Packed;
}

/** Keys or values of one layer, in the order of the text: pages, then tokens packed one by one. */
interface Rows {
  readonly pages: Page[];
  readonly whole: Packed[];
}

/**
 * A store of pages: tokens wait whole, and go into a page as soon as `pageTokens` of them have `residual` newer ones.
 * A token that need not wait goes into its page as it came.
 * @throws RangeError if pageTokens is no integer of at least 1, or residual none of at least 0.
 */
export function pagedStore(
  {layers, kvHeads, headDim}: DecoderConfig,
  {keys, values, wholeFormat = fp16, unpackOnce = false}: PagedStoreOptions,
): KvStore {
  const width = kvHeads * headDim;
  const sides = [keys, values].map((rule) => pagedSide(rule, {width, layers, wholeFormat, unpackOnce}));
  const positions: number[][] = Array.from({length: layers}, () => []);
  return {
    put(layer, kv) {
      positions[layer].push(...kv.positions);
      sides[0].put(layer, kv.keys);
      sides[1].put(layer, kv.values);
    },
    get: (layer) => ({
      keys: sides[0].get(layer),
      values: sides[1].get(layer),
      positions: Int32Array.from(positions[layer]),
    }),
    cut(length) {
      positions.forEach((kept, layer) => {
        kept.length = kept.filter((position) => position < length).length;
        for (const side of sides) side.cut(layer, kept.length);
      });
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
  checkCount("pageTokens", pageTokens, 1);
  checkCount("residual", residual, 0);
  const rows = Array.from({length: layers}, (): Rows => ({pages: [], whole: []}));
  const keepWhole = ({whole}: Rows, x: Float32Array) => {
    for (let at = 0; at < x.length; at += width) {
      whole.push(wholeFormat.encode({shape: [1, width], data: x.slice(at, at + width)}));
    }
  };
  const unpacked = rows.map(() => unpackedPages(rule));
  const unpackWhole = (tokens: readonly Packed[]) =>
    concat(tokens.map((token) => wholeFormat.decode(token).data));
  return {
    put(layer: number, x: Float32Array): void {
      const {pages, whole} = rows[layer];
      const free = Math.max(0, whole.length + x.length / width - residual);
      const ready = free - (free % pageTokens);
      const waited = whole.splice(0, Math.min(ready, whole.length));
      const split = (ready - waited.length) * width;
      const leaving = concat([unpackWhole(waited), x.subarray(0, split)]);
      for (let at = 0; at < leaving.length; at += pageTokens * width) {
        const page = leaving.slice(at, at + pageTokens * width);
        pages.push({tokens: pageTokens, packed: rule.pack(page, layer)});
      }
      keepWhole(rows[layer], x.subarray(split));
    },
    get(layer: number): Float32Array {
      const {pages, whole} = rows[layer];
      if (unpackOnce) return unpacked[layer].read(pages, unpackWhole(whole), layer);
      return concat([...pages.map(({packed}) => rule.unpack(packed, layer)), unpackWhole(whole)]);
    },
    /** Of a page that is cut, what it says goes on as whole tokens. */
    cut(layer: number, count: number): void {
      const {pages, whole} = rows[layer];
      const paged = () => pages.reduce((sum, {tokens}) => sum + tokens, 0);
      unpacked[layer].forget();
      whole.length = Math.min(whole.length, Math.max(0, count - paged()));
      while (paged() > count) {
        const last = rule.unpack(pages.pop()!.packed, layer);
        keepWhole(rows[layer], last.subarray(0, Math.max(0, count - paged()) * width));
      }
    },
    bytes: (): number =>
      rows.reduce(
        (sum, {pages, whole}) => sum + sumBytes(pages.map(({packed}) => packed)) + sumBytes(whole),
        0,
      ),
  };
}

/** What pages gave when they were unpacked, one after another in one array that grows. */
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
    read(pages: readonly Page[], rest: Float32Array, layer: number): Float32Array {
      for (; done < pages.length; done++) {
        const page = unpack(pages[done].packed, layer);
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
  };
}

function sumBytes(parts: readonly Packed[]): number {
  return parts.reduce((sum, part) => sum + packedBytes(part), 0);
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`pagedStore: ${name} must be an integer of at least ${least}, got ${value}`);
}
