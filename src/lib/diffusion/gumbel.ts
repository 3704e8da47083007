import {argmax} from "../engine/generate.js";
import type {RandomStream} from "../tensor/random.js";
import {requireNonNegative} from "../tensor/require.js";

/**
 * Draws a token from softmax(z / T): argmax of z - T ln(-ln U), U uniform in (0, 1), which is that law exactly for every
 * T > 0. (Gumbel; the released code divides exp(z) by (-ln U)^T, the same in other numbers, which overflow) At 0 the
 * largest logit wins.
 */
export function drawByGumbel(z: Float64Array, temperature: number, random: RandomStream): number {
  requireNonNegative("drawByGumbel", "temperature", temperature);
  if (temperature === 0) return argmax(z);
  let [best, top] = [0, Number.NEGATIVE_INFINITY];
  for (let id = 0; id < z.length; id++) {
    const score = z[id] - temperature * Math.log(-Math.log(openUniform(random)));
    if (score > top) [best, top] = [id, score];
  }
  return best;
}

/** Uniform in (0, 1): the middle of each of 2^53 steps would round to 1, so 0 is drawn again. */
function openUniform(random: RandomStream): number {
  for (;;) {
    const u = random.uniform();
    if (u > 0) return u;
  }
}

/**
 * Logits led away from those without the prompt: z_u + (w + 1)(z_c - z_u). (classifier-free guidance, arXiv:2502.09992,
 * section 2.4)
 */
export function guidedLogits(conditional: Float64Array, without: Float64Array, w: number): Float64Array {
  return conditional.map((z, id) => (z === without[id] ? z : without[id] + (w + 1) * (z - without[id])));
}
