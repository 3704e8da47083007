/** Published SmallThinker models, and the bytes that a token reads of one. (arXiv:2507.20984, table 1; config.json of the models) */

/** Sizes of a mixture whose experts wait in storage. */
export interface MixtureShape {
  readonly id: string;
  readonly label: string;
  readonly layers: number;
  readonly hidden: number;
  readonly experts: number;
  readonly active: number;
  /** Of one expert. */
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabulary: number;
  /** Embedding and head are one matrix. */
  readonly tied: boolean;
  /** Tokens that a layer with a window sees, and the layers in four that see all; null: all layers see all. */
  readonly window: number | null;
}

/** The two published models. */
export const MIXTURE_SHAPES: readonly MixtureShape[] = [
  {
    id: "4B-A0.6B",
    label: "SmallThinker 4B-A0.6B",
    layers: 32,
    hidden: 1536,
    experts: 32,
    active: 4,
    width: 768,
    heads: 12,
    kvHeads: 2,
    headDim: 128,
    vocabulary: 151_936,
    tied: true,
    window: null,
  },
  {
    id: "21B-A3B",
    label: "SmallThinker 21B-A3B",
    layers: 52,
    hidden: 2560,
    experts: 64,
    active: 6,
    width: 768,
    heads: 28,
    kvHeads: 4,
    headDim: 128,
    vocabulary: 151_936,
    tied: false,
    window: 4096,
  },
];

/** Bytes of a weight in Q4_0: 4 bits, and 16 for each 32 weights. */
const Q4_0_BYTES = 4.5 / 8;
const HALF_BYTES = 2;
/** Layers of which one sees all tokens, the others a window. */
const PATTERN = 4;

/** Bytes of one expert in Q4_0. */
export const expertBytes = ({hidden, width}: MixtureShape): number => 3 * hidden * width * Q4_0_BYTES;

/** Bytes of the head, which every token reads whole unless rows are predicted. */
export const headBytes = ({hidden, vocabulary}: MixtureShape): number => vocabulary * hidden * Q4_0_BYTES;

/** Bytes of a layer's projections and router. */
export function attentionBytes({hidden, heads, kvHeads, headDim, experts}: MixtureShape): number {
  return (2 * hidden * heads * headDim + 2 * hidden * kvHeads * headDim + hidden * experts) * Q4_0_BYTES;
}

/** Bytes of all weights but the experts', embedding included: what memory holds whatever is routed. */
export function residentBytes(shape: MixtureShape): number {
  return shape.layers * attentionBytes(shape) + (shape.tied ? 1 : 2) * headBytes(shape);
}

/**
 * Bytes of keys and values over all layers after `tokens`, at 16 bits: of layers with a window no more than that. With one
 * layer in four that sees all it is T / 4 + 3 / 4 · min(T, window) of full attention.
 */
export function kvBytes({layers, kvHeads, headDim, window}: MixtureShape, tokens: number): number {
  const full = window === null ? layers : Math.ceil(layers / PATTERN);
  const held = full * tokens + (layers - full) * Math.min(tokens, window ?? tokens);
  return 2 * kvHeads * headDim * HALF_BYTES * held;
}

/**
 * Share of an expert that is read where some neurons of its gate are zero: all rows of the gate, of the two other matrices
 * the rows and columns of the rest. (arXiv:2507.20984, section 2.3)
 * @param neurons share of the neurons above zero
 */
export const sparseExpertShare = (neurons: number): number => (1 + 2 * neurons) / 3;
