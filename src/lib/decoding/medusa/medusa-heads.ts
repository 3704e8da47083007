import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {silu} from "../../tensor/activation.js";
import type {Tensor} from "../../tensor/tensor.js";
import {trainedTensors} from "../trained-tensors.js";
import {guessAccuracy} from "../tree/guess-accuracy.js";

/** Heads that guess later tokens from what the model's own head takes. */
export interface MedusaHeads {
  /** Shares of right guesses by head and by rank, measured where they were trained. */
  readonly accuracy: readonly (readonly number[])[];
  /**
   * Logits [vocab] of each head: the first guesses the token after the one that the model's own head gives.
   * @param hidden what the head takes after one token, [hidden]
   */
  guess(hidden: Float32Array): Float32Array[];
}

/**
 * Heads W_out (h + silu(W1 h + b)) from tensors `mix.N.weight`, `mix.N.bias`, `out.N.weight` and `accuracy` [heads, ranks], as
 * training/publish_heads.py writes them. (Medusa, arXiv:2401.10774, section 2.2.1)
 * @throws FormatError with kind `missing-tensor` or `bad-shape` if they are no heads of a model of these sizes.
 */
export function medusaHeads(
  tensors: ReadonlyMap<string, Tensor>,
  {backend, config: {hiddenSize, vocabSize}}: Pick<Decoder, "backend" | "config">,
): MedusaHeads {
  const accuracy = guessAccuracy("medusaHeads", tensors);
  const read = trainedTensors("medusaHeads", tensors);
  const heads = accuracy.map((_, n) => ({
    mix: backend.linear(
      read(`mix.${n}.weight`, [hiddenSize, hiddenSize]),
      read(`mix.${n}.bias`, [hiddenSize]).data,
    ),
    out: backend.linear(read(`out.${n}.weight`, [vocabSize, hiddenSize]), null),
  }));
  return {
    accuracy,
    guess: (hidden) =>
      heads.map(({mix, out}) => {
        const mixed = mix(hidden);
        return out(hidden.map((value, i) => value + silu(mixed[i])));
      }),
  };
}

/** Heads as they are before training: each guesses what the model's own head does. They are of no use, and do no harm. */
export function untrainedHeads({head}: Pick<Decoder, "head">, count = 3): MedusaHeads {
  const accuracy = Array.from({length: count}, () => [0.5, 0.25, 0.125, 0.0625]);
  return {accuracy, guess: (hidden) => accuracy.map(() => head(hidden))};
}
