/** A model as its config.json describes it: plain data, one plan for each layer. */
export interface ModelRecord {
  /** The `model_type` that the file names, or the one that its architecture stands for. */
  readonly family: string;
  /** The first of `architectures`; null where the file has none. */
  readonly architecture: string | null;
  readonly hidden: number;
  readonly vocabulary: Vocabulary;
  /** The output head is the embedding matrix. A head in the file of weights wins over this flag. */
  readonly tied: boolean;
  /** The output head adds a bias. */
  readonly headBias: boolean;
  /** Factor of the embedded tokens (Gemma: the root of the width). */
  readonly embeddingScale: number;
  /** Norm of the embedded tokens (RWKV); null: none. */
  readonly embeddingNorm: Norm | null;
  /** Width of a row of the embedding where that is not `hidden`: a matrix then leads in and one out (OPT). */
  readonly embeddingWidth: number;
  /** Learned table of positions; null: none. */
  readonly positionTable: PositionTable | null;
  /** Longest context in tokens that the model was made for; positions beyond it work and are not meant. */
  readonly maxPositions: number | null;
  readonly layers: readonly LayerPlan[];
  /** Norm before the head; null: none. */
  readonly finalNorm: Norm | null;
  /** Factor of the logits (Cohere; Granite divides). */
  readonly logitScale: number;
  /** Logits are bent into ± this by tanh; null: they are not. (Gemma 2) */
  readonly logitSoftcap: number | null;
  /** Token that begins a text; null where the file names none. */
  readonly beginToken: number | null;
  /** Layers after the last that predict further tokens, which a forward pass leaves out (`num_nextn_predict_layers`). */
  readonly extraPredictionLayers: number;
  /** Rules of a masked diffusion language model, which fills in masks; null: a model that predicts what follows. */
  readonly masked: MaskedPrediction | null;
  /** Patches of an image in the place of tokens; null: a model of text. */
  readonly image: ImageInput | null;
  /** Matrices with a norm of their own before them, as BitLinear has it; null: plain ones. */
  readonly bitLinear: BitLinear | null;
  /** Keys of the file that were not read and are not known to be without meaning for the network, with the reason. */
  readonly ignored: readonly IgnoredKey[];
}

/** A key of the file that says nothing about the network, or nothing that is known. */
export interface IgnoredKey {
  readonly key: string;
  readonly reason: string;
}

/** Matrices whose inputs pass an RMS norm of their own, the head included. (arXiv:2402.17764) */
export interface BitLinear {
  /** Weights are rounded to minus one, zero and one times a factor, inputs to 8 bits; false: neither is. */
  readonly ternary: boolean;
}

/** Tokens of a model. */
export interface Vocabulary {
  /** Rows of the embedding and the head, padding included. For images: classes. */
  readonly rows: number;
  /** Tokens that are meant; fewer than `rows` where the file says that the matrix is padded. */
  readonly tokens: number;
}

/** Prediction of masked tokens by a model whose tokens see each other. */
export interface MaskedPrediction {
  /** Token that stands for one that is to be predicted. */
  readonly token: number;
  /** The logits at a position are those of the next one, as in the decoder that the model was made from (Dream). */
  readonly shifted: boolean;
}

/** Learned positions, of which the first `offset` rows belong to none (OPT). */
export interface PositionTable {
  readonly rows: number;
  readonly offset: number;
}

/** Square images cut into square patches. */
export interface ImageInput {
  /** Pixels of a side. */
  readonly size: number;
  readonly patch: number;
  readonly channels: number;
  /** Learned tokens before the patches, such as the class token. */
  readonly extraTokens: number;
  /** Every patch and token has a learned position. */
  readonly positions: boolean;
  /** Heads of `vocabulary.rows` classes, each with a bias: two where the file holds a distilled one too. */
  readonly heads: number;
}

/** Normalization over the last axis. */
export interface Norm {
  readonly kind: "rms" | "layer";
  readonly eps: number;
  /** `plus-one`: the file holds the weight less one (Gemma); `none`: there is no weight (OLMo). */
  readonly weight: "plain" | "plus-one" | "none";
  readonly bias: boolean;
}

/**
 * Place of a norm around a part of a layer: before it, on what it gives, on the sum with what went around it (`sum`), or
 * before it and before the way around (`stream`, MiniMax).
 */
export type NormPlace = "input" | "output" | "sum" | "stream";

/** One layer: a mixer over the tokens, then a network over the channels. */
export interface LayerPlan {
  readonly mixer: Mixer;
  /** Null where the mixer is all (Mamba). */
  readonly channels: Channels | null;
  readonly norm: Norm;
  readonly normsAt: {readonly mixer: readonly NormPlace[]; readonly channels: readonly NormPlace[]};
  /**
   * Mixer and network read the same input and are added together; with no norm of its own at its input the network reads
   * the mixer's normed input. (GPT-NeoX, Falcon, Cohere)
   */
  readonly parallel: boolean;
  /** Factor of what each part adds to the stream (Granite). */
  readonly residualScale: number;
}

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

/** The part of a layer that mixes channels. */
export type Channels = DenseChannels | ExpertChannels | RwkvChannels;

/** Function between the matrices of a network. `gelu` is the exact one, `gelu-tanh` its usual approximation. */
export type Activation = "silu" | "gelu" | "gelu-tanh" | "relu" | "clipped-swiglu";

/** One network for every token: three matrices where it is gated, else two. */
export interface DenseChannels {
  readonly kind: "dense";
  readonly width: number;
  readonly gated: boolean;
  readonly activation: Activation;
  /** Biases of the matrices into the network and of the one out of it. */
  readonly biases: {readonly up: boolean; readonly down: boolean};
}

/** `active` of `experts` gated networks for a token, beside those that every token passes. */
export interface ExpertChannels {
  readonly kind: "experts";
  readonly experts: number;
  readonly active: number;
  /** Of one expert. */
  readonly width: number;
  readonly activation: Activation;
  /** Three matrices in each, else two (BlockFFN). */
  readonly gated: boolean;
  readonly biases: {readonly up: boolean; readonly down: boolean};
  readonly router: Router;
  /** Experts after the others that multiply nothing (MoE++); null: none. */
  readonly idle: IdleExperts | null;
  /** Width of the shared networks together, 0 without, and whether a gate of one row weighs them (Qwen2-MoE). */
  readonly shared: {readonly width: number; readonly gate: boolean};
}

/** Experts without matrices, numbered after those with, in this order. (arXiv:2410.07348, section 3.1) */
export interface IdleExperts {
  /** Of these each gives a mix of its input and a learned vector. */
  readonly constant: number;
  /** Of these each gives its input. */
  readonly copy: number;
  /** Of these each gives nothing, and leaves its weight to the other chosen ones. */
  readonly zero: number;
  /** Factor of what every expert reads: the number of chosen ones in the published code. */
  readonly inputScale: number;
}

/** Choice of experts and their weights. */
export interface Router {
  /** Of a token's scores; `relu`: every expert with a score above zero is chosen (BlockFFN). */
  readonly score: "softmax" | "sigmoid" | "relu";
  /** The weights of the chosen ones are divided by their sum. */
  readonly normalized: boolean;
  /** Factor of the weights. */
  readonly scale: number;
  /** A number for each expert beside its row: a learned bias, or one that is kept for balance (DeepSeek-V3). */
  readonly bias: boolean;
  /** Only experts of the best `active` of `all` groups are looked at. */
  readonly groups: {readonly all: number; readonly active: number};
  /** It reads the stream that enters the layer, before attention and without a norm (SmallThinker). */
  readonly early: boolean;
  /** The scores of the layer before are added through a matrix (MoE++). */
  readonly residual: boolean;
  /** Norm of the scores, once they have been bent by `score` (BlockFFN); null: none. */
  readonly norm: Norm | null;
}

/** Channel mixing of RWKV 4. */
export interface RwkvChannels {
  readonly kind: "rwkv";
  readonly width: number;
}

/** Rotary positions. */
export interface Rope {
  readonly theta: number;
  /** Numbers of a head that are rotated, from the first; the others pass. */
  readonly dim: number;
  /** `halves`: number i turns with i + dim/2 (Llama); `neighbours`: 2i with 2i + 1 (Cohere, GLM, DeepSeek). */
  readonly pairs: "halves" | "neighbours";
  readonly scaling: RopeScaling | null;
}

/** Change of the rotary frequencies for texts longer than those of training. */
export type RopeScaling =
  | {readonly kind: "linear"; readonly factor: number}
  | {readonly kind: "dynamic"; readonly factor: number; readonly originalMaxPositions: number}
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositions: number;
    }
  | {
      readonly kind: "yarn";
      readonly factor: number;
      readonly originalMaxPositions: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      /** Bounds of the ramp are rounded to whole dimensions. */
      readonly truncate: boolean;
      /** Factor of sine and cosine. */
      readonly attentionFactor: number;
    }
  | {
      readonly kind: "longrope";
      /** dim / 2 divisors of the frequencies up to `originalMaxPositions` tokens, and beyond. */
      readonly shortFactor: readonly number[];
      readonly longFactor: readonly number[];
      readonly originalMaxPositions: number;
      /** Factor of sine and cosine. */
      readonly attentionFactor: number;
    };
