import type {Channels} from "./record/channels.js";
import type {Mixer} from "./record/mixer.js";
import type {Norm, NormPlace} from "./record/norm.js";

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
