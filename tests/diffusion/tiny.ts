import type {MaskedModel} from "../../src/lib/diffusion/masked-text.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** A model whose logits of a place are random numbers of the whole text: any token changes all of them. */
export function hashModel(vocabSize: number, seed = 1): MaskedModel {
  const maskToken = vocabSize - 1;
  return {
    vocabSize,
    maskToken,
    open: () => ({
      predict(tokens, span) {
        const stream = randomStream(seed, tokens.join());
        const all = Array.from({length: tokens.length * vocabSize}, (_, i) =>
          i % vocabSize === maskToken ? Number.NEGATIVE_INFINITY : 3 * stream.normal(),
        );
        return {logits: all.slice(span.from * vocabSize, span.to * vocabSize), fed: span};
      },
    }),
  };
}
