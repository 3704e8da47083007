import type {KvStore} from "../../engine/cache/kv-store.js";
import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {wholeRun} from "../../engine/cache/paged-store.js";
import {concat, storedCache, type UnpackOptions, unpackedOnce} from "../../engine/cache/stored-cache.js";
import {matrixCoding, type Run} from "../../engine/cache/stored-kv.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {fp32} from "../../formats/float/float.js";
import {type Format, type Packed, packedBytes} from "../../formats/format.js";
import {type XkvGroup, xkvFactorize, xkvGroups, xkvReconstruct} from "./xkv.js";
import {isShared} from "./xkv-bytes.js";

/** Options of xKV's cache. */
export interface XkvCacheOptions extends UnpackOptions {
  /** Consecutive layers that share a basis; 1 decomposes each layer alone. */
  readonly groupSize?: number;
  /** First and last layer that are compressed; by default all. */
  readonly first?: number;
  readonly last?: number;
  /** Components of a group's keys and values; 0 keeps them as they are. */
  readonly rankK: number;
  readonly rankV: number;
  /** Packing of all that is stored: basis, factors and whole tokens. */
  readonly format?: Format;
}

/** The keys or values of the layers of a group. */
interface Side {
  readonly rank: number;
  /** Whole tokens of each layer, [tokens, width] packed as they came. */
  whole: readonly (readonly Packed[])[];
  shared: Shared | undefined;
}

interface Shared {
  readonly tokens: number;
  readonly rank: number;
  readonly basis: Packed;
  readonly factors: readonly Packed[];
}

/**
 * xKV: when the prompt is over ({@link KvCache.endPrompt}), each group's keys before rotary and values become one basis of
 * its tokens and a factor a layer; later tokens are kept whole. The prompt itself attends to what it computed. Where factors
 * would take more room than what they stand for, that is kept. (arXiv:2503.18893, section 4)
 * @throws RangeError if the layers or groups are out of range, or a rank is no integer of at least 0.
 */
export function xkvCache(
  {layers, kvHeads, headDim}: DecoderConfig,
  {groupSize = 4, first = 0, last = layers - 1, rankK, rankV, format = fp32, unpackOnce}: XkvCacheOptions,
): PackedKvCache {
  if (last >= layers) throw new RangeError(`xkvCache: last must be below ${layers} layers, got ${last}`);
  for (const [name, rank] of Object.entries({rankK, rankV})) {
    if (Number.isInteger(rank) && rank >= 0) continue;
    throw new RangeError(`xkvCache: ${name} must be an integer of at least 0, got ${rank}`);
  }
  const width = kvHeads * headDim;
  const compressed = xkvGroups(first, last, groupSize);
  const inGroup = new Set(compressed.flat());
  const alone = Array.from({length: layers}, (_, layer) => layer).filter((layer) => !inGroup.has(layer));
  const groups = [
    ...compressed.map((members) => newGroup(members, rankK, rankV)),
    ...alone.map((layer) => newGroup([layer], 0, 0)),
  ];
  const rebuild = Array.from({length: layers}, (_, at) => {
    const layerOf = (shared: Shared) => rebuilt(shared, at, width, format);
    return unpackOnce ? unpackedOnce(layerOf) : layerOf;
  });
  const readSide = ({shared, whole}: Side, at: number) => {
    const tail = unpack(whole[at], format);
    return shared === undefined ? tail : concat([rebuild[at](shared), tail]);
  };
  const groupOf = (layer: number) => groups.find(({members}) => members.includes(layer))!;
  const store: KvStore = {
    put(layer, kv) {
      const {members, keys, values} = groupOf(layer);
      const at = members.indexOf(layer);
      const isPrompt = keys.shared === undefined && keys.whole[at].length === 0;
      push(keys, at, kv.keys, width, format);
      push(values, at, kv.values, width, format);
      // The factors span the layers of a group: they wait for the last one.
      if (!isPrompt || at < members.length - 1) return;
      for (const side of [keys, values]) compress(side, width, format);
    },
    get(layer) {
      const {members, keys, values} = groupOf(layer);
      const at = members.indexOf(layer);
      return {keys: readSide(keys, at), values: readSide(values, at)};
    },
    runs(layer) {
      const {members, keys, values} = groupOf(layer);
      const at = members.indexOf(layer);
      const [keyRuns, valueRuns] = [keys, values].map((side) => sideRuns(side, at, width, format));
      const keysFrom = (token: number) => readSide(keys, at).subarray(token * width);
      return keyRuns && valueRuns && {keys: keyRuns, values: valueRuns, keysFrom};
    },
    save() {
      const before = groups.flatMap(({keys, values}) => [keys, values].map((side) => ({side, ...side})));
      return () => {
        for (const {side, whole, shared} of before) Object.assign(side, {whole, shared});
      };
    },
    bytes: () => groups.reduce((sum, {keys, values}) => sum + sideBytes(keys) + sideBytes(values), 0),
  };
  return storedCache(store, {unrotatedKeys: true, prompt: "whole"});
}

function newGroup(members: readonly number[], rankK: number, rankV: number) {
  const side = (rank: number): Side => ({rank, whole: members.map(() => []), shared: undefined});
  return {members, keys: side(rankK), values: side(rankV)};
}

function push(side: Side, at: number, x: Float32Array, width: number, format: Format): void {
  const tokens = Array.from({length: x.length / width}, (_, t) =>
    format.encode({shape: [1, width], data: x.slice(t * width, (t + 1) * width)}),
  );
  side.whole = side.whole.with(at, [...side.whole[at], ...tokens]);
}

const unpack = (whole: readonly Packed[], format: Format) =>
  concat(whole.map((token) => format.decode(token).data));

function compress(side: Side, width: number, format: Format): void {
  const {rank, whole} = side;
  const tokens = whole[0].length;
  const columns = whole.length * width;
  if (!isShared(tokens, columns, rank)) return;
  if (whole.some(({length}) => length !== tokens)) return;
  const group = xkvFactorize(
    whole.map((layer) => unpack(layer, format)),
    width,
    rank,
  );
  side.shared = {
    tokens,
    rank: group.rank,
    basis: format.encode({shape: [tokens, group.rank], data: group.basis}),
    factors: group.factors.map((data) => format.encode({shape: [group.rank, width], data})),
  };
  side.whole = whole.map(() => []);
}

/** A layer's tokens as kernels read them: coefficients of the rows of its factor, then those that came later. */
function sideRuns({shared, whole}: Side, at: number, width: number, format: Format): Run[] | undefined {
  const coding = matrixCoding(format, width);
  const basisCoding = shared && matrixCoding(format, shared.rank);
  if (coding === undefined || (shared && basisCoding === undefined)) return undefined;
  const runs = whole[at].length > 0 ? [wholeRun(whole[at], coding)] : [];
  if (shared === undefined || basisCoding === undefined) return runs;
  const factor = {tokens: shared.rank, coding, parts: shared.factors[at].parts};
  return [{tokens: shared.tokens, coding: basisCoding, parts: shared.basis.parts, factor}, ...runs];
}

/** The tokens of the layer at a place of its group that the shared basis stands for. */
function rebuilt(shared: Shared, at: number, width: number, format: Format): Float32Array {
  const basis = format.decode(shared.basis).data;
  const factors = [format.decode(shared.factors[at]).data];
  const group: XkvGroup = {tokens: shared.tokens, rank: basis.length / shared.tokens, width, basis, factors};
  return xkvReconstruct(group, 0);
}

function sideBytes({shared, whole}: Side): number {
  const packed = [...(shared ? [shared.basis, ...shared.factors] : []), ...whole.flat()];
  return packed.reduce((sum, part) => sum + packedBytes(part), 0);
}
