/** Texts of two models in which something else than the small model's tags decides who writes. */

import {requireInteger} from "../../tensor/require.js";
import type {SplitPart} from "./hand-over.js";
import {type PieceEnds, type TextReader, writePiece} from "./text-reader.js";

/** Gives the piece that the small model writes after a text, or null where the large one shall write it. */
export type Steering = (text: string, small: TextReader) => string | null;

/** Rule of a steered text: who writes, and where the pieces end. */
export interface Steered {
  readonly steering: Steering;
  readonly ends: PieceEnds;
  /** Tokens of the whole text, the prompt not counted. */
  readonly tokens: number;
}

/**
 * Writes a text piece by piece; each model reads what the other wrote.
 * @throws RangeError for fewer than one token.
 */
export function* steeredText(
  small: TextReader,
  large: TextReader,
  prompt: string,
  {steering, ends, tokens}: Steered,
): Generator<SplitPart, void> {
  requireInteger("steeredText", "tokens", tokens, 1);
  let text = prompt;
  while (text.length - prompt.length < tokens) {
    const own = steering(text, small);
    const piece = own ?? writePiece(large, text, ends).text;
    text += piece;
    yield {writer: own === null ? "large" : "small", text: piece};
    if (piece.endsWith(large.end)) return;
  }
}

/** The small model writes every piece for which `hands` is false. */
export function handsOver(ends: PieceEnds, hands: (text: string, small: TextReader) => boolean): Steering {
  return (text, small) => (hands(text, small) ? null : writePiece(small, text, ends).text);
}

/**
 * The small model writes every piece; one in which it was too unsure of a token is thrown away and written by the large
 * one.
 * @param most entropy of a token's law that is still sure enough, in nats
 */
export function handsOverUnsure(ends: PieceEnds, most: number): Steering {
  return (text, small) => {
    let unsure = 0;
    const watched: TextReader = {
      ...small,
      next(before) {
        unsure = Math.max(unsure, entropy(small.read(before)));
        return small.next(before);
      },
    };
    const piece = writePiece(watched, text, ends).text;
    return unsure > most ? null : piece;
  };
}

/** Entropy of the law that logits give, in nats. */
export function entropy(logits: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) largest = Math.max(largest, logits[id]);
  let [sum, weighted] = [0, 0];
  for (let id = 0; id < logits.length; id++) {
    const shifted = logits[id] - largest;
    sum += Math.exp(shifted);
    if (shifted > Number.NEGATIVE_INFINITY) weighted += shifted * Math.exp(shifted);
  }
  return Math.log(sum) - weighted / sum;
}
