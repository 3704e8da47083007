import type {ModelRecord} from "../../architectures/model-record.js";
import type {DenseChannels} from "../../architectures/record/channels.js";
import type {AttentionMixer} from "../../architectures/record/mixer.js";
import type {Rope} from "../../architectures/record/rope.js";
import type {GgufValue} from "../../io/gguf/value.js";

/** Keys of the metadata with their values. */
export type Entries = readonly (readonly [string, GgufValue])[];

/** A model as GGUF describes it. */
export interface GgufModel {
  /** The `general.architecture`. */
  readonly architecture: "llama" | "qwen2";
  readonly entries: Entries;
  readonly heads: number;
  readonly kvHeads: number;
  /** Whether rows of queries and keys stand in the order of neighbouring pairs. */
  readonly isPermuted: boolean;
  /** Divisors of the rotary frequencies, or null where none are needed. */
  readonly ropeDivisors: Float32Array | null;
}

/** Families by their `model_type`, with the architecture that llama.cpp knows them by. */
const ARCHITECTURES: Readonly<Record<string, "llama" | "qwen2">> = {
  llama: "llama",
  mistral: "llama",
  qwen2: "qwen2",
};

/**
 * Keys of a model of the Llama family in GGUF, as llama.cpp reads it.
 * Source: https://github.com/ggml-org/ggml, docs/gguf.md; https://github.com/ggml-org/llama.cpp, src/llama-arch.cpp.
 * @throws RangeError naming what the architecture has no key for.
 */
export function ggufModel(record: ModelRecord): GgufModel {
  const architecture = Object.hasOwn(ARCHITECTURES, record.family) ? ARCHITECTURES[record.family] : undefined;
  if (architecture === undefined)
    throw unsupported("model_type", record.family, Object.keys(ARCHITECTURES).join(", "));
  const {mixer, channels, eps} = layersOf(record);
  const {heads, kvHeads, headDim, rope} = mixer;
  if (rope === null) throw unsupported("positions", "none that are rotated", "rotary");
  const {entries: scaling, divisors} = scalingOf(rope);
  const own: readonly (readonly [string, GgufValue])[] = [
    ["vocab_size", u32(record.vocabulary.rows)],
    ["context_length", u32(record.maxPositions ?? 2048)],
    ["embedding_length", u32(record.hidden)],
    ["block_count", u32(record.layers.length)],
    ["feed_forward_length", u32(channels.width)],
    ["attention.head_count", u32(heads)],
    ["attention.head_count_kv", u32(kvHeads)],
    ["attention.key_length", u32(headDim)],
    ["attention.value_length", u32(headDim)],
    ["attention.layer_norm_rms_epsilon", f32(eps)],
    ["rope.dimension_count", u32(rope.dim)],
    ["rope.freq_base", f32(rope.theta)],
    ...scaling,
  ];
  return {
    architecture,
    entries: own.map(([key, value]) => [`${architecture}.${key}`, value]),
    heads,
    kvHeads,
    isPermuted: architecture === "llama",
    ropeDivisors: divisors,
  };
}

/** What all layers have in common; they must. */
function layersOf(record: ModelRecord) {
  const [first] = record.layers;
  if (first === undefined) throw unsupported("layers", 0, "at least 1");
  const {mixer, channels, norm} = first;
  if (mixer.kind !== "attention") throw unsupported("layers", mixer.kind, "of attention");
  if (channels?.kind !== "dense")
    throw unsupported("layers", channels?.kind ?? "no network", "of a dense network");
  if (record.layers.some((layer) => JSON.stringify(layer) !== JSON.stringify(first))) {
    throw unsupported("layers", "different ones", "all the same");
  }
  requirePlain(mixer, channels, record);
  if (norm.kind !== "rms" || norm.weight !== "plain" || norm.bias)
    throw unsupported("norm", norm.kind, "a plain RMS norm");
  return {mixer, channels, eps: norm.eps};
}

function requirePlain(mixer: AttentionMixer, channels: DenseChannels, record: ModelRecord): void {
  const {window, qkNorm, scale, headDim, softcap, clip, alibi, sinks, gated} = mixer;
  const reach = record.maxPositions ?? Number.POSITIVE_INFINITY;
  if (window !== null && window < reach)
    throw unsupported("sliding window", window, `none, or the ${reach} tokens of the context`);
  if (qkNorm !== null) throw unsupported("norms of queries and keys", "some", "none");
  if (Math.abs(scale * Math.sqrt(headDim) - 1) > 1e-6)
    throw unsupported("scale of attention", scale, "1 / sqrt(head_dim)");
  if (softcap !== null || clip !== null || alibi || sinks || gated)
    throw unsupported("attention", "a changed one", "plain");
  if (!channels.gated || channels.activation !== "silu")
    throw unsupported("hidden_act", channels.activation, "silu, gated");
  if (record.embeddingScale !== 1 || record.logitScale !== 1 || record.logitSoftcap !== null) {
    throw unsupported("factors of embedding and logits", "some", "none");
  }
}

/** Stretching of the frequencies: by keys, or as a tensor of divisors where no key says it (Llama 3.1). */
function scalingOf({scaling, theta, dim}: Rope): {entries: Entries; divisors: Float32Array | null} {
  const nothing = {entries: [], divisors: null};
  if (scaling === null) return nothing;
  switch (scaling.kind) {
    case "linear":
      return {
        ...nothing,
        entries: [
          ["rope.scaling.type", text("linear")],
          ["rope.scaling.factor", f32(scaling.factor)],
        ],
      };
    case "llama3":
      return {...nothing, divisors: llama3Divisors(scaling, theta, dim)};
    case "yarn": {
      const usual = 1 + 0.1 * Math.log(scaling.factor);
      if (
        scaling.betaFast !== 32 ||
        scaling.betaSlow !== 1 ||
        Math.abs(scaling.attentionFactor - usual) > 1e-6
      ) {
        throw unsupported("rope_scaling", "yarn with its own ramp or factor", "yarn as usual");
      }
      return {
        ...nothing,
        entries: [
          ["rope.scaling.type", text("yarn")],
          ["rope.scaling.factor", f32(scaling.factor)],
          ["rope.scaling.original_context_length", u32(scaling.originalMaxPositions)],
        ],
      };
    }
    default:
      throw unsupported("rope_scaling", scaling.kind, "none, linear, llama3 or yarn");
  }
}

/**
 * Divisors of each pair's frequency: 1 for those that turn often in the original context, the factor for those that turn
 * seldom, between them blended. (Llama 3.1; llama.cpp's converter stores the same numbers)
 */
function llama3Divisors(
  scaling: Extract<NonNullable<Rope["scaling"]>, {kind: "llama3"}>,
  theta: number,
  dim: number,
): Float32Array {
  const {factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositions} = scaling;
  return Float32Array.from({length: dim / 2}, (_, j) => {
    const turns = (originalMaxPositions * theta ** ((-2 * j) / dim)) / (2 * Math.PI);
    const share = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return 1 / ((1 - share) / factor + share);
  });
}

/** Values of the metadata by their types. */
export const u32 = (value: number): GgufValue => ({type: "u32", value});
export const f32 = (value: number): GgufValue => ({type: "f32", value: Math.fround(value)});
export const text = (value: string): GgufValue => ({type: "string", value});
export const flag = (value: boolean): GgufValue => ({type: "bool", value});
export const texts = (value: readonly string[]): GgufValue => ({type: "array", of: "string", value});

function unsupported(what: string, value: unknown, allowed: string): RangeError {
  return new RangeError(
    `quantize: ${what} must be ${allowed} to be written as GGUF, got ${String(value)}. A .safetensors file takes every model.`,
  );
}
