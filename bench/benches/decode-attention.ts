import {attendAll, attendSelected, type DecodeStep} from "../../src/lib/attention/attend-selected.js";
import {type DecodeAttention, decodeAttention} from "../../src/lib/attention/decode-attention.js";
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
];
