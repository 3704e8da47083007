import {attendAll, attendSelected, type DecodeStep} from "../../src/lib/attention/attend-selected.js";
import {type DecodeAttention, decodeAttention} from "../../src/lib/attention/decode-attention.js";
import {formatCache} from "../../src/lib/engine/cache/format-cache.js";
import type {PackedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import {storedCall} from "../../src/lib/engine/cache/stored-kv.js";
import type {DecoderConfig} from "../../src/lib/engine/decoder/config.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {formatById} from "../../src/lib/formats/registry.js";
import {kiviCache} from "../../src/lib/kv/kivi/kivi-cache.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, Sides} from "../harness/contest.js";

const TOKENS = 32_768;
const KEPT = Math.ceil(TOKENS / 10);
const HEAD_DIM = 128;
const TOLERANCE = 1e-5;

interface Cached {
  readonly step: DecodeStep;
  readonly cache: DecodeAttention;
  /** A list of distinct tokens, ascending. */
  readonly list: () => Int32Array;
}

async function cached(heads: number, kvHeads: number): Promise<Cached> {
  const stream = randomStream(1, "bench/decode attention");
  const normal = (count: number) => draws(count, () => stream.normal());
  const width = kvHeads * HEAD_DIM;
  const [keys, values] = [normal(TOKENS * width), normal(TOKENS * width)];
  const step = {q: normal(heads * HEAD_DIM), keys, values, heads, kvHeads, headDim: HEAD_DIM};
  const cache = await decodeAttention({heads, kvHeads, headDim: HEAD_DIM, capacity: TOKENS});
  cache.append(keys, values);
  const list = () => {
    const chosen = new Set<number>();
    while (chosen.size < KEPT) chosen.add(stream.integer(TOKENS));
    return Int32Array.from(chosen).sort();
  };
  return {step, cache, list};
}

async function denseSides(heads: number, kvHeads: number): Promise<Sides> {
  const {step, cache} = await cached(heads, kvHeads);
  const ours = () => cache.attend(step.q);
  const plain = () => attendAll(step);
  requireClose("dense", ours(), plain(), TOLERANCE);
  return {work: 1, ours, peers: [{name: "plain TypeScript", run: plain}]};
}

async function sparseSides(heads: number, kvHeads: number, lists: number): Promise<Sides> {
  const {step, cache, list} = await cached(heads, kvHeads);
  const selected = Array.from({length: lists}, list);
  const ofHeads = Array.from({length: heads}, (_, h) => selected[Math.floor((h * lists) / heads)]);
  const ours = () => cache.attendSelected(step.q, selected);
  const plain = () => attendSelected(step, ofHeads);
  requireClose("selected", ours(), plain(), TOLERANCE);
  const peers = [
    {name: "dense, the same kernel", run: () => cache.attend(step.q)},
    {name: "plain TypeScript, selected", run: plain},
  ];
  return {work: 1, ours, peers};
}

/** Caches of one layer at the sizes of published models, each read packed beside the float32 cache. */
const PACKED: Readonly<Record<string, (config: DecoderConfig) => PackedKvCache>> = {
  ...Object.fromEntries(
    ["fp16", "fp8_e4m3", "int8", "int4", "nvfp4"].map((id) => [
      id,
      (config: DecoderConfig) => formatCache(config, {keys: formatById(id)}),
    ]),
  ),
  "kivi-2": (config) => kiviCache(config, {bits: 2}),
};
const [PACKED_TOKENS, PACKED_PART] = [8192, 1024];

async function packedSides(open: (config: DecoderConfig) => PackedKvCache): Promise<Sides> {
  const [heads, kvHeads] = [32, 8];
  const backend = await wasmBackend();
  const {normal} = randomStream(1, "bench/packed attention");
  const width = kvHeads * HEAD_DIM;
  const positions = Int32Array.from({length: PACKED_TOKENS}, (_, t) => t);
  const [keys, values] = [0, 1].map(() => draws(PACKED_TOKENS * width, normal));
  const cache = open({layers: 1, heads, kvHeads, headDim: HEAD_DIM} as DecoderConfig);
  for (let from = 0; from < PACKED_TOKENS; from += PACKED_PART) {
    const part = (x: Float32Array) => x.slice(from * width, (from + PACKED_PART) * width);
    cache.append(0, part(keys), part(values), positions.slice(from, from + PACKED_PART));
  }
  cache.bytes();
  const call = {
    ...{layer: 0, q: draws(heads * HEAD_DIM, normal), heads, kvHeads, headDim: HEAD_DIM},
    ...{queryPositions: positions.slice(-1), keyPositions: positions, window: null},
  };
  const stored = () => {
    const kv = cache.stored?.(0);
    if (kv === undefined) throw new Error("decode-attention-packed: the cache must hold runs");
    return storedCall(call, kv);
  };
  const ours = () => backend.attention(stored());
  const floats = {...stored()};
  requireClose("packed", ours(), backend.attention(floats), TOLERANCE);
  return {
    work: 1,
    ours,
    peers: [{name: "float32 cache", run: () => backend.attention({...call, keys, values})}],
  };
}

const packed: readonly Contest[] = Object.entries(PACKED).map(([id, open]) => ({
  name: `decode-attention-packed-${id.replaceAll("_", "-")}`,
  title: `decode attention over ${id}, 32 heads on 8 kv heads of ${HEAD_DIM}, 8k tokens`,
  unit: "ms",
  samples: 15,
  prepare: () => packedSides(open),
}));

const title = (heads: number, kvHeads: number) =>
  `decode attention, ${heads} heads on ${kvHeads} kv heads of ${HEAD_DIM}, 32k tokens`;

/** One decoded token over a cache of one layer, f32: every token, or a tenth of them picked at random. */
export const decodeAttentions: readonly Contest[] = [
  {
    name: "decode-attention-dense",
    title: `${title(32, 8)}, dense`,
    unit: "ms",
    samples: 15,
    prepare: () => denseSides(32, 8),
  },
  {
    name: "decode-attention-kv-heads",
    title: `${title(32, 8)}, 10 % chosen for each kv head`,
    unit: "ms",
    prepare: () => sparseSides(32, 8, 8),
  },
  {
    name: "decode-attention-own-kv",
    title: `${title(8, 8)}, 10 % chosen for each head`,
    unit: "ms",
    prepare: () => sparseSides(8, 8, 8),
  },
  {
    name: "decode-attention-heads",
    title: `${title(32, 8)}, 10 % chosen for each query head`,
    unit: "ms",
    prepare: () => sparseSides(32, 8, 32),
  },
  ...packed,
];
