import {existsSync} from "node:fs";
import {MIXTURE_SIZES} from "../mixture-card.js";
import {json} from "./record.js";
import {apart, shapesOf, sizeOf} from "./tensors.js";

/** Pieces of the card on the sizes of a model. */
export function sizeLines(folder: string, isTrained: boolean): string[] {
  const config = json(`${folder}/config.json`);
  const stored = sizeOf(`${folder}/model.safetensors`);
  const {vocab_size: vocabulary, hidden_size: width, num_hidden_layers: layers} = config;
  const activations = `${folder}/activations.safetensors`;
  const captured = existsSync(activations) ? shapesOf(activations).input_ids : undefined;
  return [
    `${vocabulary} words, one token each`,
    ...(captured ? [`for ${captured[0] * captured[1]} tokens of validation documents`] : []),
    ...(isTrained
      ? [...endsOf(config, stored), `${layers} layers, width ${width},`, ...sizesOf(config)]
      : []),
  ];
}

/** Embedding and head are one matrix in training, but where the head is ternary. */
function endsOf({model_type, vocab_size: vocabulary, hidden_size: width}: Config & Typed, stored: number) {
  if (model_type === "hgrn_bit") return [`${apart(stored)} parameters`, `scaled by sqrt(${width})`];
  return [
    `${apart(stored - vocabulary * width)} parameters (${apart(stored)} as stored`,
    `= sqrt(${width}) E`,
  ];
}

interface Typed {
  readonly model_type: string;
}

type Config = Readonly<Record<string, number>>;

function sizesOf(config: Config & Typed): string[] {
  if (config.model_type === "attamba") return chunkSizes(config);
  if (config.model_type === "hgrn_bit") return gatedSizes(config);
  const mixture = MIXTURE_SIZES[config.model_type];
  if (mixture) return mixture(config);
  return config.model_type === "llama" ? decoderSizes(config) : mambaSizes(config);
}

const chunkSizes = (config: Config): string[] => [
  `${config.num_attention_heads} heads of ${config.head_dim}, SwiGLU of ${config.intermediate_size}, RMS norm before each part (eps 1e-05)`,
  `embedding with base ${config.rope_theta}`,
  `a chunk of ${config.token_chunk} tokens`,
  `${config.ssm_intermediate_size} inner channels in ${config.ssm_num_heads} heads with ${config.ssm_state_size} numbers of state each, convolution over ${config.ssm_conv_kernel} tokens`,
  `its last ${config.leading_tokens} tokens`,
];

const gatedSizes = (config: Config): string[] => [
  `one number of state for each of ${config.hidden_size} channels, a gated network of ${config.intermediate_size}.`,
  "of its own before it (eps 1e-08)",
  "RMS norm before each part (eps 1e-06)",
  ...(config.ternary === undefined ? ["inputs to 8 bits"] : []),
  `a layer keeps ${config.hidden_size} numbers`,
];

/** Sizes of a decoder with attention. */
export const decoderSizes = (config: Config): string[] => [
  `${config.num_attention_heads} query heads and ${config.num_key_value_heads} key/value heads of ${config.head_dim}, SwiGLU of ${config.intermediate_size}, RMS norm before each part (eps 1e-05)`,
  `rotary embedding with base ${config.rope_theta}`,
];

function mambaSizes(config: Config): string[] {
  const inner = config.hidden_size * config.expand;
  const channels = inner + (config.n_groups ? 2 * config.n_groups * config.state_size : 0);
  const [state, window] = [inner * config.state_size, (config.conv_kernel - 1) * channels];
  const all = config.num_hidden_layers * (state + window);
  return [
    `${inner} inner channels with ${config.state_size} numbers of state each, convolution over ${config.conv_kernel} tokens`,
    `a layer keeps ${apart(state)} numbers of state and ${apart(window)} of the convolution's window: ${apart(all)} in all, ${apart(4 * all)} bytes as float32`,
    config.n_groups
      ? `${config.num_heads} heads of ${config.head_dim}, ${config.n_groups} groups of B and C`
      : `time steps from ${config.time_step_rank} channels`,
  ];
}
