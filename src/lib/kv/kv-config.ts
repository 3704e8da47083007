/** The cache that a published config.json describes. */

import type {CacheSizes} from "../engine/cache/sizes.js";
import {fieldReader} from "../io/config-fields.js";
import {type JsonObject, parseJsonObject, SIDE_FILE_LIMITS} from "../io/json-file.js";

const {count, flag, problem} = fieldReader("kvModelFromConfig");

/** More layers, or wider ones, than any model has: a file that asks for them is damaged. */
const MOST_LAYERS = 4096;
const MOST_WIDTH = 2 ** 24;

/** Layers that see a window only: of all that there are, from the first. */
type Pattern = (config: JsonObject, layers: number) => (number | null)[];

const all: Pattern = (_, layers) => Array(layers).fill(null);

/** Every layer, where the file has a window. */
const everyLayer: Pattern = (config, layers) => Array(layers).fill(windowOf(config));

/** All but every so-manieth; the file may say how many under either name. */
const allButEvery =
  (period: number, window: number): Pattern =>
  (config, layers) => {
    const key = config.has("sliding_window_pattern") ? "sliding_window_pattern" : "_sliding_window_pattern";
    const every = count(config, key, period);
    const size = config.get("sliding_window") === undefined ? window : windowOf(config);
    return Array.from({length: layers}, (_, layer) => ((layer + 1) % every === 0 ? null : size));
  };

/** Off unless switched on, and then from `max_window_layers` on. */
const switched: Pattern = (config, layers) => {
  if (!flag(config, "use_sliding_window")) return all(config, layers);
  const first = count(config, "max_window_layers", 28, 0);
  const window = windowOf(config);
  return Array.from({length: layers}, (_, layer) => (layer >= first ? window : null));
};

/** Models whose layers cache keys and values, or latents, and nothing else; by `model_type`. */
const PATTERNS: Readonly<Record<string, Pattern>> = {
  llama: all,
  mistral: everyLayer,
  ministral: everyLayer,
  mixtral: everyLayer,
  phi3: everyLayer,
  starcoder2: everyLayer,
  qwen2: switched,
  qwen2_moe: switched,
  qwen3: switched,
  qwen3_moe: switched,
  gemma: all,
  gemma2: allButEvery(2, 4096),
  gemma3_text: allButEvery(6, 4096),
  cohere: all,
  cohere2: allButEvery(4, 4096),
  gpt_oss: allButEvery(2, 128),
  deepseek_v2: all,
  deepseek_v3: all,
  minicpm3: all,
  olmo: all,
  olmo2: all,
  granite: all,
  granitemoe: all,
  stablelm: all,
  internlm2: all,
  smollm3: all,
  glm: all,
  glm4: all,
  gpt_neox: all,
  gpt2: all,
  opt: all,
};

/**
 * Sizes of the cache of a checkpoint by its config.json: grouped, multi-query and latent attention, sliding windows by
 * layer. Types of which it is not known that their layers cache keys and values alone are refused: a wrong number would
 * be worse than none.
 * Source: https://github.com/huggingface/transformers, configuration files of the types.
 * @throws FormatError with kind `unknown-model-type`, `bad-value` or `unsupported`, naming the key; from text, also one of
 * the JSON reader's.
 */
export function kvModelFromConfig(config: JsonObject | string): CacheSizes {
  const fields = textConfig(typeof config === "string" ? parsed(config) : config);
  const pattern = patternOf(fields);
  const layers = bounded(fields, MOST_LAYERS, "num_hidden_layers", "n_layer");
  const heads = bounded(fields, MOST_WIDTH, "num_attention_heads", "n_head");
  const hidden = bounded(fields, MOST_WIDTH, "hidden_size", "n_embd");
  const windows = windowsOf(fields, layers, pattern);
  if (fields.get("kv_lora_rank") != null) {
    return {widths: Array(layers).fill(0), windows, latent: latentOf(fields, heads)};
  }
  const kvHeads = count(fields, "num_key_value_heads", heads);
  if (heads % kvHeads !== 0) {
    throw problem("bad-value", "num_key_value_heads", kvHeads, `a divisor of the ${heads} heads`);
  }
  const headDim = count(fields, "head_dim", hidden / heads);
  const width = kvHeads * headDim;
  if (width > MOST_WIDTH)
    throw problem("bad-value", "head_dim", headDim, `at most ${MOST_WIDTH} in all heads`);
  return {widths: Array(layers).fill(width), windows, headDim};
}

function parsed(text: string): JsonObject {
  return parseJsonObject(new TextEncoder().encode(text), {
    reader: "kvModelFromConfig",
    field: "config.json",
    limits: SIDE_FILE_LIMITS,
  });
}

/** Models of images and text keep their decoder's sizes one level down. */
function textConfig(config: JsonObject): JsonObject {
  const inner = config.get("text_config");
  return inner instanceof Map && !config.has("hidden_size") ? inner : config;
}

function patternOf(config: JsonObject): Pattern {
  const type = config.get("model_type");
  const pattern = typeof type === "string" && Object.hasOwn(PATTERNS, type) ? PATTERNS[type] : undefined;
  if (pattern !== undefined) return pattern;
  throw problem("unknown-model-type", "model_type", type, `one of ${Object.keys(PATTERNS).join(", ")}`);
}

/** The first of two names that the file has. */
function bounded(config: JsonObject, most: number, name: string, older: string): number {
  const key = config.get(name) == null && config.get(older) != null ? older : name;
  const value = count(config, key);
  if (value > most) throw problem("bad-value", key, value, `at most ${most}`);
  return value;
}

function windowOf(config: JsonObject): number | null {
  return config.get("sliding_window") == null ? null : count(config, "sliding_window");
}

/** The file's list of layers, which goes before what its type means for all. */
function windowsOf(config: JsonObject, layers: number, pattern: Pattern): (number | null)[] {
  const types = config.get("layer_types");
  if (types == null) return pattern(config, layers);
  const allowed = `${layers} of full_attention and sliding_attention`;
  if (!Array.isArray(types) || types.length !== layers) {
    throw problem("bad-value", "layer_types", types, allowed);
  }
  return types.map((type) => {
    if (type === "full_attention") return null;
    if (type !== "sliding_attention") throw problem("unsupported", "layer_types", type, allowed);
    return count(config, "sliding_window");
  });
}

function latentOf(config: JsonObject, heads: number): NonNullable<CacheSizes["latent"]> {
  const size = (key: string) => bounded(config, MOST_WIDTH, key, key);
  const [latentDim, ropeDim, nopeDim, valueDim] = [
    size("kv_lora_rank"),
    size("qk_rope_head_dim"),
    size("qk_nope_head_dim"),
    size("v_head_dim"),
  ] as const;
  return {latentDim, ropeDim, explicitWidth: heads * (nopeDim + ropeDim + valueDim)};
}
