/** The contract between the loops of this folder and a masked diffusion language model, whoever computes it. */

/** Positions of a text: `from` and all after it, before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A model that predicts masked tokens from the tokens around them. */
export interface MaskedModel {
  readonly vocabSize: number;
  /** Token that stands for one that is not written yet. */
  readonly maskToken: number;
  /** Begins a text of `tokens` tokens, written or not. */
  open(tokens: number): MaskedText;
}

/** A text between passes: keys and values of all positions that were ever fed, each in its place. */
export interface MaskedText {
  /**
   * Predicts the tokens at `span` in one pass over it. Keys and values of what is fed take the places of earlier ones;
   * those of other positions stand as they were computed, whatever their tokens are now.
   */
  predict(tokens: readonly number[], span: Span): Predictions;
}

/** Results of one pass. */
export interface Predictions {
  /** Of the token at each position of the span, row-major [to - from, vocab]. */
  readonly logits: ArrayLike<number>;
  /** Positions that were fed: the span, and the one before it where predictions stand one place early. */
  readonly fed: Span;
}

/** Work of passes, as counted. */
export interface MaskedWork {
  readonly passes: number;
  /** Tokens fed. */
  readonly queries: number;
  /** Pairs of a fed token and a key that it sees. */
  readonly pairs: number;
  /** Tokens whose keys and values are read, each once a pass. */
  readonly keys: number;
}

/** One pass over `fed` in a text of `tokens`. */
export const passWork = ({from, to}: Span, tokens: number): MaskedWork => ({
  passes: 1,
  queries: to - from,
  pairs: (to - from) * tokens,
  keys: tokens,
});

/** Sum of works. */
export function sumWork(works: readonly MaskedWork[]): MaskedWork {
  const total = {passes: 0, queries: 0, pairs: 0, keys: 0};
  for (const {passes, queries, pairs, keys} of works) {
    total.passes += passes;
    total.queries += queries;
    total.pairs += pairs;
    total.keys += keys;
  }
  return total;
}

/** The logits of one position among those of a span. */
export function rowAt(logits: ArrayLike<number>, row: number, vocabSize: number): Float64Array {
  const values = new Float64Array(vocabSize);
  for (let id = 0; id < vocabSize; id++) values[id] = logits[row * vocabSize + id];
  return values;
}
