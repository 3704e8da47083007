import {wasmFormats} from "../../src/lib/checkpoint/wasm/wasm-formats.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {decoderConfig} from "../../src/lib/engine/decoder/config.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {loadDecoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {readOn} from "../../src/lib/engine/generate.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import type {GroupedLevels} from "../../src/lib/formats/grouped-levels.js";
import {formatById} from "../../src/lib/formats/registry.js";
import type {KernelThreads} from "../../src/lib/kernels/kernel-threads.js";
import {nodeThreads} from "../../src/lib/kernels/node-threads.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, Sides} from "../harness/contest.js";

const [ROWS, COLUMNS] = [1024, 4096];
const VALUES = ROWS * COLUMNS;

/** Formats whose encoders search, and such as hardly do more than to read and to write. */
const FORMATS = ["q4_K", "q6_K", "iq4_nl", "razer", "nvfp4", "mxfp4", "int4_g32", "q4_0", "q8_0"] as const;

/** Our encoder on two threads beside the same on one, on Gaussian data. @throws Error where the bytes differ. */
async function encodingSides(id: string): Promise<Sides> {
  const stream = randomStream(1, `bench/threads/${id}`);
  const x = {shape: [ROWS, COLUMNS], data: draws(VALUES, () => stream.normal())};
  const [two, one] = await Promise.all(
    [nodeThreads(2), null].map(async (threads) => (await wasmFormats(threads))(formatById(id))),
  );
  const [bytes, same] = [two.encode(x).parts, one.encode(x).parts];
  for (const [role, part] of Object.entries(bytes))
    if (Buffer.compare(part, same[role]) !== 0)
      throw new Error(`threads-encode-${id}: ${role} must be the same`);
  return {
    work: VALUES,
    ours: () => two.encode(x),
    peers: [{name: "one thread, the same kernel", run: () => one.encode(x)}],
  };
}

/** A decoder large enough that threads share its products: 47 million weights. */
const CONFIG = {
  model_type: "llama",
  hidden_size: 1024,
  intermediate_size: 2816,
  num_hidden_layers: 4,
  num_attention_heads: 16,
  num_key_value_heads: 4,
  vocab_size: 1024,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: false,
};
const [PROMPT, STEPS] = [16, 16];

/** Shapes of its tensors by their published names. */
function shapes(): ReadonlyMap<string, readonly number[]> {
  const {hidden_size: n, intermediate_size: m, num_key_value_heads: kvHeads, vocab_size: vocab} = CONFIG;
  const kv = (n / CONFIG.num_attention_heads) * kvHeads;
  const layer = {
    input_layernorm: [n],
    post_attention_layernorm: [n],
    "self_attn.q_proj": [n, n],
    "self_attn.k_proj": [kv, n],
    "self_attn.v_proj": [kv, n],
    "self_attn.o_proj": [n, n],
    "mlp.gate_proj": [m, n],
    "mlp.up_proj": [m, n],
    "mlp.down_proj": [n, m],
  };
  const layers = Array.from({length: CONFIG.num_hidden_layers}, (_, i) =>
    Object.entries(layer).map(([name, shape]) => [`model.layers.${i}.${name}.weight`, shape] as const),
  );
  return new Map<string, readonly number[]>([
    ["model.embed_tokens.weight", [vocab, n]],
    ["model.norm.weight", [n]],
    ["lm_head.weight", [vocab, n]],
    ...layers.flat(),
  ]);
}

/** Matrices as they are packed: those of all layers are the same, which costs their products nothing. */
const packedMatrices = new Map<string, GroupedLevels>();

/** Greedy tokens of a random decoder of four bits with 8-bit activations, on so many threads. */
async function generation(threads: KernelThreads | null): Promise<() => Float32Array> {
  const format = (await wasmFormats())(formatById("int4_g32"));
  const all = shapes();
  const tensorOf = (name: string) => {
    const stream = randomStream(1, `bench/threads/${name}`);
    const shape = all.get(name)!;
    const count = shape.reduce((product, size) => product * size, 1);
    const [mean, deviation] = shape.length === 1 ? [1, 0] : [0, 1 / Math.sqrt(shape[1])];
    return {shape, data: draws(count, () => mean + deviation * stream.normal())};
  };
  const infos = Array.from(
    all,
    ([name, shape]) => [name, {name, dtype: "F32", shape, begin: 0, end: 0}] as const,
  );
  const checkpoint = {
    tensors: new Map(infos),
    read: async (name: string) => tensorOf(name),
    async levels(name: string) {
      if (all.get(name)!.length < 2) return null;
      const kind = name.replace(/\.\d+\./, ".0.");
      const known = packedMatrices.get(kind) ?? format.levels!(format.encode(tensorOf(kind)))!;
      packedMatrices.set(kind, known);
      return known;
    },
  };
  const config = decoderConfig(new Map(Object.entries(CONFIG)));
  const model = await loadDecoder(checkpoint, config, {
    backend: await wasmBackend({threads}),
    packed: "int8",
  });
  const prompt = Array.from({length: PROMPT}, (_, i) => (37 * i) % CONFIG.vocab_size);
  return () => {
    const cache = plainKvCache(model.config);
    const {logits} = readOn((ids) => forward(model, ids, {cache}), prompt, STEPS);
    return logits[logits.length - 1];
  };
}

async function generationSides(name: string): Promise<Sides> {
  const [two, one] = [await generation(nodeThreads(2)), await generation(null)];
  requireClose(name, two(), one(), 0);
  return {work: STEPS, ours: two, peers: [{name: "one thread, the same kernels", run: one}]};
}

/** The library on two threads of Node beside itself on one. */
export const threads: readonly Contest[] = [
  ...FORMATS.map((id) => ({
    name: `threads-encode-${id.replaceAll("_", "-").toLowerCase()}`,
    title: `encode ${id}, ${ROWS} x ${COLUMNS}, two threads`,
    unit: "Mvalue/s" as const,
    prepare: () => encodingSides(id),
  })),
  {
    name: "threads-generate-int4",
    title: `a decoder of 47 million weights, int4_g32 kept packed, activations int8: ${STEPS} tokens after ${PROMPT}, two threads`,
    unit: "tokens/s",
    prepare: () => generationSides("threads-generate-int4"),
  },
];
