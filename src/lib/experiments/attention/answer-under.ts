/** A prompt read and answered under a selection policy, word by word. */

import {forEachRow} from "../../attention/selection.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {Hooks} from "../../engine/hooks.js";
import {type MetLayer, meetLayers} from "./met-layers.js";

/** Expectation of the model after a word. */
interface Expectation {
  /** The likeliest next token; the first of equals. */
  readonly id: number;
  readonly probability: number;
}

/** A text that was read and written under a policy. */
export interface Answer {
  /** The prompt and all written tokens but the last, which nothing has read: a step each. */
  readonly ids: readonly number[];
  /** The token expected after each step; from the end of the prompt on, it is the one written. */
  readonly expected: readonly Expectation[];
  /** Inputs of every layer's attention in the last pass. */
  readonly layers: readonly MetLayer[];
}

/**
 * Reads a prompt and writes `words` tokens after it, the likeliest each time. Every token is read as if it were being
 * decoded: with the keys that the hooks show it. The text is read anew for each written token, so a policy that looks
 * ahead, as the released Quest does, may change its mind about earlier ones.
 * @param hooks made anew for each pass; undefined: the model as it is
 * @throws RangeError as {@link meetLayers}.
 */
export function answerUnder(
  model: Decoder,
  prompt: readonly number[],
  hooks: () => Hooks | undefined,
  words: number,
): Answer {
  const written: Expectation[] = [];
  for (;;) {
    const ids = [...prompt, ...written.map(({id}) => id)];
    const {logits, layers} = meetLayers(model, ids, hooks());
    const expected = expectations(logits.data, ids.length);
    written.push(expected.at(-1)!);
    if (written.length < words) continue;
    return {ids, layers, expected: [...expected.slice(0, prompt.length - 1), ...written]};
  }
}

function expectations(logits: Float32Array, T: number): Expectation[] {
  const vocab = logits.length / T;
  return Array.from({length: T}, (_, i) => {
    const row = logits.subarray(i * vocab, (i + 1) * vocab);
    let id = 0;
    for (let j = 1; j < vocab; j++) if (row[j] > row[id]) id = j;
    let sum = 0;
    for (const logit of row) sum += Math.exp(logit - row[id]);
    return {id, probability: 1 / sum};
  });
}

/** Share of the keys that each step could look at which it was shown: the mean over heads and layers but the first. */
export function keptShares({ids, layers}: Pick<Answer, "ids" | "layers">): Float64Array {
  const shares = new Float64Array(ids.length);
  for (const {mask} of layers.slice(1)) {
    forEachRow(mask, (_h, i, start, visible) => {
      let kept = 0;
      for (let j = start; j < start + visible; j++) kept += mask.data[j];
      shares[i] = shares[i] + kept / visible / (mask.heads * (layers.length - 1));
    });
  }
  return shares;
}
