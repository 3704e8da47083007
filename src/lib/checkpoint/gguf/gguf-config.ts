import {readStored, type StoredTensor} from "../stored-tensor.js";
import {type GgufFamily, ggufFamily} from "./families.js";
import {
  badValue,
  ggufModelProblem,
  type Metadata,
  numberAt,
  numbersAt,
  requiredNumber,
  textAt,
} from "./metadata.js";
import {ROPE_FACTORS} from "./names.js";

/** A config.json as an object. */
type Config = Readonly<Record<string, unknown>>;

/** Keys behind the name of the family that are read, or that say nothing about what is computed. */
const KNOWN: ReadonlySet<string> = new Set([
  "block_count",
  "context_length",
  "embedding_length",
  "feed_forward_length",
  "vocab_size",
  "attention.head_count",
  "attention.head_count_kv",
  "attention.key_length",
  "attention.value_length",
  "attention.layer_norm_rms_epsilon",
  "rope.dimension_count",
  "rope.freq_base",
  "rope.scale_linear",
  "rope.scaling.type",
  "rope.scaling.factor",
  "rope.scaling.original_context_length",
  "rope.scaling.finetuned",
  "tensor_data_layout",
]);

/** Keys that must have this value: with another they change what is computed. */
const FIXED: Readonly<Record<string, number | boolean>> = {
  expert_count: 0,
  expert_used_count: 0,
  use_parallel_residual: false,
};

/**
 * The config.json that a GGUF model stands for: the same model in the words of the one reader of such files.
 * @param tensors of the file by their names there
 * @throws FormatError with kind `unknown-architecture`, `unsupported` or `bad-value`, naming the key.
 */
export async function ggufConfig(
  metadata: Metadata,
  tensors: ReadonlyMap<string, StoredTensor>,
): Promise<Config> {
  const family = ggufFamily(metadata);
  requireKnown(metadata, family);
  const key = (name: string) => `${family.id}.${name}`;
  const heads = requiredNumber(metadata, key("attention.head_count"));
  const hidden = requiredNumber(metadata, key("embedding_length"));
  const headDim = numberAt(metadata, key("attention.key_length")) ?? hidden / heads;
  const values = numberAt(metadata, key("attention.value_length")) ?? headDim;
  if (values !== headDim) throw badValue(key("attention.value_length"), values, `${headDim}, as the keys`);
  return {
    architectures: [family.architecture],
    model_type: family.modelType,
    hidden_size: hidden,
    intermediate_size: requiredNumber(metadata, key("feed_forward_length")),
    num_hidden_layers: requiredNumber(metadata, key("block_count")),
    num_attention_heads: heads,
    num_key_value_heads: oneForAll(metadata, key("attention.head_count_kv")) ?? heads,
    head_dim: headDim,
    vocab_size: tensors.get("token_embd.weight")?.shape[0] ?? numberAt(metadata, key("vocab_size")),
    max_position_embeddings: numberAt(metadata, key("context_length")) ?? 2048,
    rms_norm_eps: requiredNumber(metadata, key("attention.layer_norm_rms_epsilon")),
    hidden_act: "silu",
    rope_theta: numberAt(metadata, key("rope.freq_base")) ?? 10_000,
    ...(await ropeKeys(metadata, family, headDim, tensors)),
    tie_word_embeddings: !tensors.has("output.weight"),
    ...(family.id === "llama" && {
      attention_bias: tensors.has("blk.0.attn_output.bias"),
      mlp_bias: tensors.has("blk.0.ffn_down.bias"),
    }),
    ...tokenKeys(metadata),
  };
}

function requireKnown(metadata: Metadata, {id}: GgufFamily): void {
  for (const [key, {value}] of metadata) {
    if (!key.startsWith(`${id}.`)) continue;
    const name = key.slice(id.length + 1);
    const fixed = Object.hasOwn(FIXED, name) ? FIXED[name] : undefined;
    if (fixed !== undefined && value !== fixed)
      throw ggufModelProblem("unsupported", key, value, String(fixed));
    if (fixed === undefined && !KNOWN.has(name)) {
      throw ggufModelProblem("unsupported", key, value, "absent: what it changes is not known here");
    }
  }
}

/** A count that some files give for each layer; the same for all, or refused. */
function oneForAll(metadata: Metadata, key: string): number | undefined {
  if (metadata.get(key)?.type !== "array") return numberAt(metadata, key);
  const counts = numbersAt(metadata, key) ?? [];
  if (counts.length > 0 && counts.every((count) => count === counts[0])) return counts[0];
  throw ggufModelProblem("unsupported", key, counts, "the same for all layers");
}

/** Rotary positions: a part of the head, and a stretch of the frequencies. */
async function ropeKeys(
  metadata: Metadata,
  {id}: GgufFamily,
  headDim: number,
  tensors: ReadonlyMap<string, StoredTensor>,
): Promise<Config> {
  const dim = numberAt(metadata, `${id}.rope.dimension_count`) ?? headDim;
  const part = dim === headDim ? {} : {partial_rotary_factor: dim / headDim};
  const factors = tensors.get(ROPE_FACTORS);
  const scaling =
    factors === undefined ? statedScaling(metadata, id) : await dividedFrequencies(factors, metadata, id);
  return {...part, ...(scaling && {rope_scaling: scaling})};
}

/** A divisor for each frequency, whatever the length of the text: longrope with both lists the same. */
async function dividedFrequencies(factors: StoredTensor, metadata: Metadata, id: string): Promise<Config> {
  const {data} = await readStored("openGgufModel", factors);
  const divisors = Array.from(data);
  const length = numberAt(metadata, `${id}.context_length`) ?? 2048;
  return {
    rope_type: "longrope",
    short_factor: divisors,
    long_factor: divisors,
    attention_factor: 1,
    factor: 1,
    original_max_position_embeddings: length,
  };
}

function statedScaling(metadata: Metadata, id: string): Config | undefined {
  const linear = numberAt(metadata, `${id}.rope.scale_linear`);
  const type = textAt(metadata, `${id}.rope.scaling.type`) ?? (linear === undefined ? "none" : "linear");
  const factor = numberAt(metadata, `${id}.rope.scaling.factor`) ?? linear ?? 1;
  if (type === "none" || factor === 0) return undefined;
  if (type === "linear") return factor === 1 ? undefined : {rope_type: "linear", factor};
  const original = numberAt(metadata, `${id}.rope.scaling.original_context_length`);
  if (type === "yarn") {
    return {
      rope_type: "yarn",
      factor,
      ...(original !== undefined && {original_max_position_embeddings: original}),
    };
  }
  throw ggufModelProblem("unsupported", `${id}.rope.scaling.type`, type, "none, linear or yarn");
}

function tokenKeys(metadata: Metadata): Config {
  const [bos, eos] = ["bos", "eos"].map((name) => numberAt(metadata, `tokenizer.ggml.${name}_token_id`));
  return {...(bos !== undefined && {bos_token_id: bos}), ...(eos !== undefined && {eos_token_id: eos})};
}
