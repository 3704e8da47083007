import type {Norm} from "./norm.js";
import type {Rope} from "./rope.js";

/** The part of a layer that mixes tokens. */
export type Mixer =
  | AttentionMixer
  | LatentMixer
  | MambaMixer
  | CrossScanMixer
  | Mamba2Mixer
  | GatedDeltaMixer
  | LightningMixer
  | ConvolutionMixer
  | RgLruMixer
  | HgrnMixer
  | RwkvMixer
  | ChunkStatesMixer;

/** Softmax attention whose key and value heads may be fewer than its query heads. */
export interface AttentionMixer {
  readonly kind: "attention";
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Keys that a query sees, itself included; null: all before it. */
  readonly window: number | null;
  /** False: every token sees every other (images). */
  readonly causal: boolean;
  readonly rope: Rope | null;
  /** Factor of the products of queries and keys. */
  readonly scale: number;
  /** The scaled products are bent into ± this by tanh; null: they are not. (Gemma 2) */
  readonly softcap: number | null;
  readonly biases: {readonly q: boolean; readonly k: boolean; readonly v: boolean; readonly o: boolean};
  /** Norms of queries and keys; null: none. */
  readonly qkNorm: QkNorm | null;
  /** Queries, keys and values are clipped to ± this; null: they are not. (OLMo) */
  readonly clip: number | null;
  /** Positions are a penalty for distance, steeper in each head, and nothing is rotated (Falcon). */
  readonly alibi: boolean;
  /** A learned logit for each head that takes part in the softmax and has no value (gpt-oss). */
  readonly sinks: boolean;
  /** The query projection is twice as wide: its second half gates what attention gives (Qwen3-Next). */
  readonly gated: boolean;
  /** Layer whose keys and values this one reads instead of its own; null: its own. */
  readonly sharesKvOf: number | null;
}

/** Norms of queries and keys before they are rotated. */
export interface QkNorm {
  readonly norm: Norm;
  /** `head`: one weight for all heads; `each-head`: one for each (Cohere); `all`: over all heads together (OLMo 2). */
  readonly over: "head" | "each-head" | "all";
}

/** Multi-head latent attention: one latent of `kvRank` and one key of `ropeDim` cached for a token (DeepSeek-V2). */
export interface LatentMixer {
  readonly kind: "latent";
  readonly heads: number;
  /** Rank of the query's down-projection; null where queries are projected at once. */
  readonly qRank: number | null;
  readonly kvRank: number;
  readonly ropeDim: number;
  readonly nopeDim: number;
  readonly valueDim: number;
  readonly rope: Rope | null;
  readonly scale: number;
  /** Biases of the projections of the stream and of what attention gives. */
  readonly bias: boolean;
}

/** Selective scan with a state of `inner` · `state`. (Mamba) */
export interface MambaMixer {
  readonly kind: "mamba";
  readonly inner: number;
  readonly state: number;
  readonly convWidth: number;
  readonly dtRank: number;
  readonly biases: {readonly projections: boolean; readonly conv: boolean};
  /** RMS norms of the time steps, B and C (Jamba); null: none. */
  readonly innerNorm: Norm | null;
}

/** Four selective scans over the patches of a picture, in four orders with weights of their own. (VMamba) */
export interface CrossScanMixer {
  readonly kind: "cross-scan";
  readonly inner: number;
  readonly state: number;
  /** Patches of a side that the convolution sees. */
  readonly convWidth: number;
  readonly dtRank: number;
  readonly directions: number;
}

/** State-space duality: heads that share B and C in `groups`. (Mamba-2) */
export interface Mamba2Mixer {
  readonly kind: "mamba2";
  readonly inner: number;
  readonly heads: number;
  readonly headDim: number;
  readonly state: number;
  readonly groups: number;
  /** Runs of inner channels that the gated norm takes one by one: 1, or as many as `groups`. */
  readonly normGroups: number;
  readonly convWidth: number;
  /** Tokens that are computed at once. */
  readonly chunk: number;
  /** Bounds of a time step after softplus. */
  readonly timeStepLimit: readonly [low: number, high: number];
  readonly biases: {readonly projections: boolean; readonly conv: boolean};
}

/** Linear attention by the gated delta rule: a state of keyDim · valueDim for each value head. (Qwen3-Next) */
export interface GatedDeltaMixer {
  readonly kind: "gated-delta";
  readonly keyHeads: number;
  readonly valueHeads: number;
  /** Per head. */
  readonly keyDim: number;
  /** Per head. */
  readonly valueDim: number;
  readonly convWidth: number;
}

/** Linear attention with a decay for each head: a state of headDim · headDim. (MiniMax) */
export interface LightningMixer {
  readonly kind: "lightning";
  readonly heads: number;
  readonly headDim: number;
}

/** Short convolution between two gates (LFM2). */
export interface ConvolutionMixer {
  readonly kind: "convolution";
  readonly width: number;
  readonly convWidth: number;
  readonly bias: boolean;
}

/** Real-gated linear recurrence behind a short convolution. (RecurrentGemma) */
export interface RgLruMixer {
  readonly kind: "rg-lru";
  readonly width: number;
  /** Blocks of the gates' matrices. */
  readonly blocks: number;
  readonly convWidth: number;
}

/** Gated recurrence of one number of state for a channel, its output gated. (HGRN, as MatMul-free LM has it) */
export interface HgrnMixer {
  readonly kind: "hgrn";
  readonly width: number;
  /** Forget gates have learned lower bounds, which rise from layer to layer. */
  readonly bounded: boolean;
}

/** Time mixing of RWKV 4: five numbers of state for a channel, the shift of the network over the channels included. */
export interface RwkvMixer {
  readonly kind: "rwkv";
  readonly width: number;
}

/** Softmax attention over what two state-space models have read of each chunk of tokens. (Attamba) */
export interface ChunkStatesMixer {
  readonly kind: "chunk-states";
  /** As many for keys and values. */
  readonly heads: number;
  readonly headDim: number;
  readonly tokenChunk: number;
  /** Last tokens that a query sees one by one, itself not counted. */
  readonly leading: number;
  /** `cyclic`: chunks end at other places in each layer; `uniform`: at the same. */
  readonly chunks: "cyclic" | "uniform";
  readonly rope: Rope;
  /** Sizes of each of the two state-space models. */
  readonly scan: {
    readonly inner: number;
    readonly heads: number;
    readonly state: number;
    readonly convWidth: number;
  };
}
