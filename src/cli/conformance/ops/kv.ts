import {inverseFrequencies, rotaryTable, rotate} from "../../../lib/engine/rope.js";
import {kiviGroups, kiviValues} from "../../../lib/kv/kivi/kivi.js";
import {
  type MiniCacheMerge,
  miniCacheMerge,
  miniCacheMergeReleased,
} from "../../../lib/kv/minicache/minicache.js";
import {type MlaWeights, mlaAttention, mlaCache} from "../../../lib/kv/mla/mla.js";
import {magnitudePrune} from "../../../lib/kv/sparse-kv/magnitude-prune.js";
import {xkvFactorize, xkvGroups, xkvReconstruct, xkvSvd} from "../../../lib/kv/xkv/xkv.js";
import {xkvRatio} from "../../../lib/kv/xkv/xkv-bytes.js";
import {smallest} from "../../../lib/stats/extent.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";

type Inputs = Parameters<CaseOp>[1];
type Args = Parameters<CaseOp>[0];

const tensorOf = (inputs: Inputs, name: string): GoldenTensor => {
  const input = inputs[name] as GoldenTensor | undefined;
  if (input === undefined) throw new TypeError(`inputs: ${name} is not there`);
  return input;
};
const floats = (inputs: Inputs, name: string) => Float32Array.from(tensorOf(inputs, name).data);
const doubles = (inputs: Inputs, name: string) => Float64Array.from(tensorOf(inputs, name).data);
const numbers = (args: Args) => args as Record<string, number>;

function concat(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
}

function parts(x: Float32Array, count: number): Float32Array[] {
  const size = x.length / count;
  return Array.from({length: count}, (_, i) => x.slice(i * size, (i + 1) * size));
}

/** [outer, inner, width] to [inner, outer, width]. */
function swapAxes(x: Float32Array, outer: number, inner: number): Float32Array {
  const width = x.length / (outer * inner);
  const y = new Float32Array(x.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      y.set(x.subarray((o * inner + i) * width, (o * inner + i + 1) * width), (i * outer + o) * width);
    }
  }
  return y;
}

/** Layers of a file [layer, head, token, dim] as the library takes them, [token, head · dim] each, and back. */
const tokensFirst = (x: Float32Array, {layers, kv_heads, L}: Record<string, number>) =>
  parts(x, layers).map((layer) => swapAxes(layer, kv_heads, L));
const headsFirst = (layers: readonly Float32Array[], {kv_heads, L}: Record<string, number>) =>
  concat(layers.map((layer) => swapAxes(layer, L, kv_heads)));

const xkvGroupSvd: CaseOp = (args, inputs) => {
  const sizes = numbers(args);
  const {layers, group_size, rank_k, rank_v, kv_heads, head_dim, L, rope_base} = sizes;
  const width = kv_heads * head_dim;
  const groups = xkvGroups(0, layers - 1, group_size);
  const table = rotaryTable(
    inverseFrequencies(head_dim, rope_base),
    Int32Array.from({length: L}, (_, t) => t),
  );
  const rotated = (x: Float32Array) => rotate(x, kv_heads, table, L);
  const throughGroups = (x: readonly Float32Array[], rank: number) =>
    groups.flatMap((group) => {
      const factors = xkvFactorize(
        group.map((layer) => x[layer]),
        width,
        rank,
      );
      return group.map((_, i) => xkvReconstruct(factors, i));
    });
  const keys = tokensFirst(floats(inputs, "K"), sizes);
  const values = tokensFirst(floats(inputs, "V"), sizes);
  const [K, V] = [throughGroups(keys, rank_k).map(rotated), throughGroups(values, rank_v)];
  const narrowest = smallest(groups.map(({length}) => length)) * width;
  const spectra = groups.map((group) =>
    xkvSvd(
      group.map((layer) => keys[layer]),
      width,
      Math.min(L, narrowest),
    ),
  );
  return {
    K_after: headsFirst(K, sizes),
    V_after: headsFirst(V, sizes),
    singular_values_K: spectra.flatMap(({s}) => Array.from(s)),
    rel_err_k: [relativeError(concat(keys.map(rotated)), concat(K))],
    rel_err_v: [relativeError(concat(values), concat(V))],
  };
};

function relativeError(before: Float32Array, after: Float32Array): number {
  const error = after.reduce((sum, value, i) => sum + (value - before[i]) ** 2, 0);
  return Math.sqrt(error / before.reduce((sum, value) => sum + value ** 2, 0));
}

/** A row for each setting, in the columns that the file names. */
const ratioOfXkv: CaseOp = (args, inputs) => {
  const columns = args.columns as readonly string[];
  const rows = doubles(inputs, "rows");
  const ratio = Array.from({length: rows.length / columns.length}, (_, row) => {
    const of = (name: string) => rows[row * columns.length + columns.indexOf(name)];
    const widths = new Array<number>(of("layers")).fill(of("kv_heads*head_dim"));
    const ranks = {groupSize: of("group"), rankK: of("rank_k"), rankV: of("rank_v")};
    return xkvRatio({widths}, of("L"), ranks);
  });
  return {ratio};
};

/** "similar" is what the repository does; the paper keeps the rows that diverge. */
const miniCache: CaseOp = (args, inputs) => {
  const {shape} = tensorOf(inputs, "X1");
  const merge = args.keep === "similar" ? miniCacheMergeReleased : miniCacheMerge;
  const options = {t: numbers(args).t, gamma: numbers(args).gamma};
  const {directions, merged, first, second}: MiniCacheMerge = merge(
    floats(inputs, "X1"),
    floats(inputs, "X2"),
    shape.at(-1)!,
    options,
  );
  return {E: directions, diverge_mask: merged, X1_after: first, X2_after: second};
};

const mla: CaseOp = (args, inputs) => {
  const {E, H, dc, d_rope, d_nope, d_v, L, rope_base} = numbers(args);
  const weights: MlaWeights = {
    heads: H,
    width: E,
    latentDim: dc,
    ropeDim: d_rope,
    nopeDim: d_nope,
    valueDim: d_v,
    down: doubles(inputs, "Wdkv"),
    ropeKey: doubles(inputs, "Wkr"),
    upKey: doubles(inputs, "Wuk"),
    upValue: doubles(inputs, "Wuv"),
    query: doubles(inputs, "Wq"),
    frequencies: inverseFrequencies(d_rope, rope_base),
    // A formula in words is the default.
    ...(typeof args.scale === "number" && {scale: args.scale}),
  };
  const h = doubles(inputs, "h");
  const out = mlaAttention(h, weights);
  const {latent, ropeKeys} = mlaCache(h, weights);
  const perHead = Float64Array.from({length: out.length}, (_, i) => {
    const [head, token] = [Math.floor(i / (L * d_v)), Math.floor(i / d_v) % L];
    return out[(token * H + head) * d_v + (i % d_v)];
  });
  return {out: perHead, latent, k_rope: ropeKeys};
};

/** Consecutive codes of a line in words of 32 bits, the first in the lowest bits: [lines, words]. */
function packWords(codes: Uint8Array, length: number, bits: number): Int32Array {
  const perWord = 32 / bits;
  const words = Math.ceil(length / perWord);
  const packed = new Int32Array((codes.length / length) * words);
  codes.forEach((code, i) => {
    const [line, place] = [Math.floor(i / length), i % length];
    const at = line * words + Math.floor(place / perWord);
    packed[at] = packed[at] | (code << (bits * (place % perWord)));
  });
  return packed;
}

/** Each part of a batch [parts, rows, columns] with rows and columns exchanged. */
function transposed<A extends Float32Array | Int32Array | Uint8Array>(x: A, count: number, rows: number): A {
  const size = x.length / count;
  const columns = size / rows;
  return x.map((_, i) => {
    const [part, place] = [Math.floor(i / size), i % size];
    return x[part * size + (place % rows) * columns + Math.floor(place / rows)];
  }) as A;
}

/** x [..., T, D]: lines are channels for keys, tokens for values. */
function kivi(x: GoldenTensor, args: Args, isKey: boolean) {
  const {bits, group_size: groupSize} = numbers(args);
  const [T, D] = x.shape.slice(-2);
  const count = x.data.length / (T * D);
  const length = isKey ? T : D;
  const data = Float32Array.from(x.data);
  const lines = isKey ? transposed(data, count, T) : data;
  const groups = kiviGroups(lines, length, {bits: bits, groupSize: groupSize, scaleType: "f32"});
  const back = <A extends Float32Array | Int32Array>(y: A): A => (isKey ? transposed(y, count, D) : y);
  return {
    code: back(packWords(groups.codes, length, bits)),
    scale: back(groups.scales),
    mn: back(groups.minima),
    dequant: back(kiviValues(groups, length, groupSize)),
  };
}

const prune: CaseOp = (args, inputs) => ({
  y: magnitudePrune(floats(inputs, "x"), numbers(args).prune_percentage),
});

export const kvOps: Ops = {
  cases: {
    xkv_group_svd: xkvGroupSvd,
    xkv_compression_ratio: ratioOfXkv,
    minicache_merge: miniCache,
    mla_attention: mla,
    kivi_key_per_channel: (args, inputs) => kivi(tensorOf(inputs, "k"), args, true),
    kivi_value_per_token: (args, inputs) => kivi(tensorOf(inputs, "v"), args, false),
    kv_magnitude_prune: prune,
  },
};
