/** Operations and bytes of a text with fixed shapes, and with a cache that grows: counted from shapes, nothing is run. */

import type {DecoderConfig} from "../../engine/decoder/config.js";
import {decoderTokenOperations} from "../../engine/token-operations.js";
import type {StaticShape} from "./static-shape.js";

/** Cost of a whole text. */
export interface TextCost {
  /** Runs of a graph: each reads all weights once. */
  readonly runs: number;
  /** As {@link decoderTokenOperations} counts them. */
  readonly operations: number;
  /** Numbers of keys and values that are read. */
  readonly read: number;
  /** Numbers of keys and values that are written: with fixed shapes the whole cache, which is shifted by every run. */
  readonly written: number;
}

/** Tokens of a text: those of the prompt, and those that are written after it. */
export interface TextTokens {
  readonly prompt: number;
  readonly written: number;
}

/** Numbers of keys and values of one token in all layers. */
function tokenNumbers({plans}: DecoderConfig): number {
  return plans.reduce((sum, {mixer}) => sum + 2 * mixer.kvHeads * mixer.headDim, 0);
}

/**
 * A text with fixed shapes: every token multiplies the whole compiled length, and every run reads and shifts the whole cache.
 * @param shape its tokens are those of a piece of the prompt; what is left of the prompt is read one by one
 */
export function staticTextCost(
  config: DecoderConfig,
  {compiledLength, tokens}: StaticShape,
  {prompt, written}: TextTokens,
): TextCost {
  const pieces = Math.floor(prompt / tokens);
  const runs = pieces + (prompt - pieces * tokens) + written;
  const moved = runs * compiledLength * tokenNumbers(config);
  const operations = (prompt + written) * decoderTokenOperations(config, compiledLength - 1);
  return {runs, operations, read: moved, written: moved};
}

/** The same text with a cache that grows: the prompt in one run, then each token multiplies and reads what is there. */
export function growingTextCost(config: DecoderConfig, {prompt, written}: TextTokens): TextCost {
  const tokens = prompt + written;
  const contexts = Array.from({length: tokens}, (_, context) => context);
  const operations = contexts.reduce((sum, context) => sum + decoderTokenOperations(config, context), 0);
  const places = contexts.slice(prompt).reduce((sum, context) => sum + context + 1, prompt);
  const numbers = tokenNumbers(config);
  return {runs: 1 + written, operations, read: places * numbers, written: tokens * numbers};
}
