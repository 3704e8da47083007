/** Differences of LLM-Viewer's rules from the operators they describe, each with the rule of our roofline. */
export interface Slip {
  readonly operator: string;
  /** Count of LLM-Viewer. */
  readonly theirs: string;
  /** Work of the operator. */
  readonly ours: string;
  /** The direction of the error in their number. */
  readonly effect: string;
}

/** The slips of hahnyuan/LLM-Viewer at 472f71f, each found by comparing its code with the operator. */
export const LLM_VIEWER_SLIPS: readonly Slip[] = [
  {
    operator: "qk_matmul, sv_matmul (prefill)",
    theirs: "all s x s pairs of query and key",
    ours: "the s(s+1)/2 pairs that a causal mask leaves",
    effect: "about twice the attention work of a long prompt",
  },
  {
    operator: "lm_head",
    theirs: "one operation per weight, activations of one sequence whatever the batch",
    ours: "two per weight and sequence, activations times the batch",
    effect: "half the work, too few bytes for a batch",
  },
  {
    operator: "mlp_act",
    theirs: "activations of the model width",
    ours: "activations of the FFN width",
    effect: "too few bytes, by the ratio of FFN to model width",
  },
  {
    operator: "attn_add, mlp_add",
    theirs: "reads one operand",
    ours: "reads both operands",
    effect: "two thirds of the bytes",
  },
  {
    operator: "fused_attention",
    theirs: "reads the cache once per query head and stores rows of scores",
    ours: "reads it once per group of query heads and stores rows of the head size",
    effect: "fused attention looks slower than unfused on grouped-query models",
  },
  {
    operator: "qk_matmul (prefill)",
    theirs: "loads queries of the KV heads only",
    ours: "loads queries of all heads",
    effect: "too few bytes on grouped-query models",
  },
  {
    operator: "gate_proj, up_proj (OPT)",
    theirs: "three FFN matrices",
    ours: "two, as the model has",
    effect: "half as many FFN weights again",
  },
  {
    operator: "memory consumption",
    theirs: "no embeddings, no lm_head, all activations of a layer at once",
    ours: "all weights, and the largest operator's activations",
    effect: "too little for models with large vocabularies",
  },
  {
    operator: "decode",
    theirs: "attends to s keys",
    ours: "attends to s + 1 keys, its own included",
    effect: "one key too few",
  },
];
