/** Pieces of the card of a mixture of experts that its config.json gives. */

type Config = Readonly<Record<string, number>>;

const attention = (config: Config): string[] => [
  `${config.num_attention_heads} query heads and ${config.num_key_value_heads} key/value heads of ${config.head_dim}, RMS norm before each part (eps 1e-05)`,
  `rotary embedding with base ${config.rope_theta}`,
];

const networks = (experts: number, width: number, active: number) =>
  `${experts} experts of ${width} gated neurons, of which a token passes the ${active} likeliest`;

/** The networks of each family of mixtures in the words of the script that writes cards. */
export const MIXTURE_SIZES: Readonly<Record<string, (config: Config) => string[]>> = {
  mixtral: (config) => [
    ...attention(config),
    networks(config.num_local_experts, config.intermediate_size, config.num_experts_per_tok),
  ],
  moe_plus_plus: (config) => [
    ...attention(config),
    networks(config.num_local_experts, config.intermediate_size, config.num_experts_per_tok),
    `of ${config.num_constant_experts} that mix in a learned vector`,
  ],
  smallthinker: (config) => [
    ...attention(config),
    networks(
      config.moe_num_primary_experts,
      config.moe_ffn_hidden_size,
      config.moe_num_active_primary_experts,
    ),
  ],
  blockffn: (config) => [
    ...attention(config),
    `${config.num_local_experts} experts of two matrices and ${config.intermediate_size} neurons with SiLU`,
  ],
};
