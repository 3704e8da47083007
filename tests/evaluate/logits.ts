import {randomStream} from "../../src/lib/tensor/random.js";
import {tensor} from "../../src/lib/tensor/tensor.js";

/** The natural logarithm. */
export const ln = Math.log;
/** Logits whose softmax is exactly the given probabilities (up to float32). */
export const logitsOf = (...rows: number[][]) => tensor(rows.flat().map(ln), [rows.length, rows[0].length]);

export function randomLogits(seed: number, tokens: number, vocabulary: number, spread = 3) {
  const stream = randomStream(seed, "logits");
  return tensor(
    Float32Array.from({length: tokens * vocabulary}, () => spread * stream.normal()),
    [tokens, vocabulary],
  );
}

export function randomTargets(seed: number, tokens: number, vocabulary: number) {
  const stream = randomStream(seed, "targets");
  return Int32Array.from({length: tokens}, () => stream.integer(vocabulary));
}
