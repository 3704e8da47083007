import type {MaskedWork} from "./masked-text.js";

/** Sizes of a dense model with gated networks. */
export interface ModelSizes {
  readonly layers: number;
  readonly hidden: number;
  /** Width of keys, and of values, of a token in a layer. */
  readonly kvWidth: number;
  readonly ffn: number;
  readonly vocab: number;
}

/** Operations of passes: products of weights, products of attention. A multiplication and an addition are two. */
export interface Operations {
  readonly linear: number;
  readonly attention: number;
}

/**
 * Operations of passes: 2 (2 d² + 2 d d_kv + 3 d f) for a token and layer, 4 d for a pair of a token and a key that it sees,
 * 2 d v for the logits of a token.
 * @param headRows tokens whose logits are computed; by default all that are fed
 */
export function operationsOf(
  {layers, hidden: d, kvWidth, ffn, vocab}: ModelSizes,
  {queries, pairs}: MaskedWork,
  headRows = queries,
): Operations {
  const perToken = 2 * (2 * d * d + 2 * d * kvWidth + 3 * d * ffn);
  return {linear: layers * perToken * queries + 2 * d * vocab * headRows, attention: 4 * d * layers * pairs};
}

/** Weights that a pass reads, in numbers; the embedding of a token is one row and left out. */
export const weightCount = ({layers, hidden: d, kvWidth, ffn, vocab}: ModelSizes): number =>
  layers * (2 * d * d + 2 * d * kvWidth + 3 * d * ffn) + d * vocab;

/**
 * Bytes that passes read: the weights once a pass, and the keys and values that each has in view.
 * @param bytesPerNumber of weights, keys and values
 * @param bytesPerWeight of the layers, where they have a format of their own
 */
export function bytesRead(
  sizes: ModelSizes,
  {passes, keys}: MaskedWork,
  bytesPerNumber: number,
  bytesPerWeight = bytesPerNumber,
): number {
  const head = sizes.hidden * sizes.vocab;
  const weights = bytesPerWeight * (weightCount(sizes) - head) + bytesPerNumber * head;
  return passes * weights + bytesPerNumber * 2 * sizes.layers * sizes.kvWidth * keys;
}

/** A machine as a pass meets it. */
export interface PassMachine {
  /** Operations a second that dense products reach. */
  readonly operationsPerSecond: number;
  /** Bytes a second. */
  readonly bytesPerSecond: number;
}

/**
 * Modelled seconds of passes that are alike: the longer of computing and of reading weights, keys and values once a pass.
 * @param work of all passes
 * @param bytesPerNumber of weights, keys and values
 */
export function passSeconds(
  sizes: ModelSizes,
  work: MaskedWork,
  {operationsPerSecond, bytesPerSecond}: PassMachine,
  bytesPerNumber: number,
): number {
  const {linear, attention} = operationsOf(sizes, work);
  const bytes = bytesRead(sizes, work, bytesPerNumber);
  return Math.max((linear + attention) / operationsPerSecond, bytes / bytesPerSecond);
}
