import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {Tensor} from "../../tensor/tensor.js";
import {trainedTensors} from "../trained-tensors.js";
import {guessAccuracy} from "../tree/guess-accuracy.js";
import type {GuessAccuracy} from "./prompt-trees.js";

/** Trained inputs that ask a model for guesses at later tokens. */
export interface PromptTokens {
  /** What enters the first layer for each of them, in their order, [hidden] each. */
  readonly vectors: readonly Float32Array[];
  /** Measured where they were trained. */
  readonly accuracy: GuessAccuracy;
}

/**
 * Prompt tokens from tensors `embedding` [count, hidden] and `accuracy` [count, ranks], as training/publish_heads.py writes
 * them. (PPD, arXiv:2405.18628, section 3)
 * @throws FormatError with kind `missing-tensor` or `bad-shape` if they are none of a model of this width.
 */
export function promptTokens(
  tensors: ReadonlyMap<string, Tensor>,
  {hiddenSize}: Pick<Decoder["config"], "hiddenSize">,
): PromptTokens {
  const accuracy = guessAccuracy("promptTokens", tensors);
  const {data} = trainedTensors("promptTokens", tensors)("embedding", [accuracy.length, hiddenSize]);
  return {accuracy, vectors: accuracy.map((_, j) => data.slice(j * hiddenSize, (j + 1) * hiddenSize))};
}

/** Shares that are taken before any is measured: the same ones for all, so that the trees made of them are made once. */
const UNTRAINED: GuessAccuracy = Array.from({length: 3}, () => [0.5, 0.25, 0.125, 0.0625]);

/** Prompt tokens before training, of no use and no harm: vectors of zeros. */
export function untrainedPrompts({hiddenSize}: Pick<Decoder["config"], "hiddenSize">): PromptTokens {
  const zeros = new Float32Array(hiddenSize);
  return {vectors: UNTRAINED.map(() => zeros), accuracy: UNTRAINED};
}
