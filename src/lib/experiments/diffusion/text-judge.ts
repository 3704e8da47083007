/** Quality of a text that a model wrote: its likelihood under the decoder, and the answers that it gives itself. */

import {crossEntropy} from "../../diffusion/objective.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {marker} from "../../tasks/vocabulary.js";

/** Tokens that answer queries of a text, as far as the text says the answer. */
export interface OwnAnswers {
  readonly right: number;
  readonly trials: number;
}

/** Loss of the tokens from `start` on under a decoder that reads the text, in nats a token. */
export function lossUnder(model: Decoder, text: readonly number[], start: number): number {
  const {vocabSize} = model.config;
  const {data} = forward(model, text.slice(0, -1));
  let sum = 0;
  for (let at = start; at < text.length; at++)
    sum += crossEntropy(data, (at - 1) * vocabSize, vocabSize, text[at]);
  return sum / (text.length - start);
}

/**
 * Answers of the queries of a text from `start` on: after `query k` the two values that a fact, or an alias, has given to k
 * before. Queries of keys that the text has not named are none.
 */
export function ownAnswers(text: readonly number[], start: number): OwnAnswers {
  const values = new Map<number, readonly number[]>();
  let [right, trials] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const key = text[at + 1];
    if (text[at] === marker.fact) values.set(key, text.slice(at + 2, at + 4));
    const known =
      text[at] === marker.alias && text[at + 2] === marker.equals ? values.get(text[at + 3]) : undefined;
    if (known !== undefined) values.set(key, known);
    const wanted = text[at] === marker.query ? values.get(key) : undefined;
    for (const [i, value] of (wanted ?? []).entries()) {
      const place = at + 2 + i;
      if (place < start || place >= text.length) continue;
      trials++;
      right += Number(text[place] === value);
    }
  }
  return {right, trials};
}
