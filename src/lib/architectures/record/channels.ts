import type {Norm} from "./norm.js";

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
