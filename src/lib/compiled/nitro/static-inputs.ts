/** What a run gets beside its tokens, so that the graph itself holds no position: the mask and the rotations. */

import type {Rope} from "../../architectures/record/rope.js";
import {type RotaryTable, rotaryTable} from "../../engine/rope.js";
import {ropeFrequencies} from "../../engine/rope-scaling.js";
import type {StaticShape} from "./static-shape.js";

/** Inputs of one run. */
export interface StaticInputs {
  /** Added to the scores, row-major [tokens, compiledLength]: 0 for a place that a token sees, -Infinity for others. */
  readonly mask: Float32Array;
  /** Cosines and sines of the run's tokens, [tokens, pairs] each; null where nothing is rotated. */
  readonly rotary: RotaryTable | null;
}

/**
 * The mask of a run whose tokens follow `before` others. The newest token stands at the end of the cache, so for one token
 * the last `before + 1` places are seen, and all of them once the cache is full. (NITRO, arXiv:2412.11053, section 3)
 */
export function staticMask({compiledLength, tokens}: StaticShape, before: number): Float32Array {
  const mask = new Float32Array(tokens * compiledLength).fill(Number.NEGATIVE_INFINITY);
  const first = Math.max(0, compiledLength - before - tokens);
  for (let row = 0; row < tokens; row++) {
    const start = row * compiledLength;
    mask.fill(0, start + first, start + compiledLength - tokens + row + 1);
  }
  return mask;
}

/** Mask and rotations of a run whose tokens follow `before` others. */
export function staticInputs(shape: StaticShape, rope: Rope | null, before: number): StaticInputs {
  const mask = staticMask(shape, before);
  if (rope === null) return {mask, rotary: null};
  const positions = Array.from({length: shape.tokens}, (_, t) => before + t);
  const {frequencies, factor} = ropeFrequencies(rope, before + shape.tokens);
  return {mask, rotary: rotaryTable(frequencies, positions, factor)};
}
