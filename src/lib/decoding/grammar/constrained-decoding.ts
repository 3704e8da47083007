import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {argmax} from "../../engine/generate.js";
import {drawToken, warpLogits} from "../../engine/sampling.js";
import {contextTokens, type DecodingGoal, GREEDY, requireGoal} from "../decoding-run.js";
import {hasBit} from "./masks/bits.js";
import type {TokenMasks} from "./masks/token-masks.js";

/**
 * Logits with those of tokens that a grammar does not allow at minus infinity: what is left is the model's own law, divided
 * by the chance of all that is allowed.
 * @param stops tokens that end a text: allowed where the grammar's text may end, and nowhere else
 * @returns null if no token is allowed
 */
export function constrainedLogits(
  masks: TokenMasks,
  state: number,
  logits: ArrayLike<number>,
  stops: ReadonlySet<number> = new Set(),
): Float32Array | null {
  const {bits} = masks.allowed(state);
  const mayEnd = masks.isComplete(state);
  let isAny = false;
  const made = Float32Array.from(logits, (logit, id) => {
    const isAllowed = stops.has(id) ? mayEnd : id < masks.vocabulary.size && hasBit(bits, id);
    isAny ||= isAllowed;
    return isAllowed ? logit : Number.NEGATIVE_INFINITY;
  });
  return isAny ? made : null;
}

/** A token of a text that follows a grammar. */
export interface ConstrainedToken {
  readonly id: number;
  /** Chance of the tokens that the grammar allowed, by the model alone. */
  readonly allowedChance: number;
  /** Number of tokens that the grammar allowed. */
  readonly allowed: number;
  /** State of the grammar after the token. */
  readonly state: number;
}

/**
 * Writes a text that follows a grammar, a pass of the model a token. It ends with the end token where the goal has one, where
 * the grammar allows no further token, or when all tokens are written.
 * @throws RangeError as {@link requireGoal}, and for ids out of range.
 */
export function* constrainedDecoding(
  target: Decoder,
  prompt: readonly number[],
  masks: TokenMasks,
  goal: DecodingGoal,
): Generator<ConstrainedToken, void> {
  requireGoal("constrainedDecoding", prompt, goal, contextTokens(target));
  const {tokens, eos = null, warp = GREEDY, random} = goal;
  const stops = new Set(eos === null ? [] : [eos]);
  const cache = plainKvCache(target.config);
  let state = masks.start;
  let read = prompt;
  for (let step = 0; step < tokens && cache.length + read.length <= contextTokens(target); step++) {
    const {data} = forward(target, read, {cache, rows: "last"});
    const open = constrainedLogits(masks, state, data, stops);
    if (open === null) return;
    const id = random === undefined ? argmax(open) : drawToken(warpLogits(open, warp), random);
    const next = stops.has(id) ? state : (masks.accept(state, id) ?? state);
    yield {id, ...shareOf(data, open), state: next};
    if (stops.has(id)) return;
    [state, read] = [next, [id]];
  }
}

function shareOf(
  logits: Float32Array,
  open: Float32Array,
): Pick<ConstrainedToken, "allowedChance" | "allowed"> {
  const law = warpLogits(logits, {temperature: 1, topK: 0, topP: 1});
  let [allowed, allowedChance] = [0, 0];
  for (const [id, logit] of open.entries()) {
    if (logit === Number.NEGATIVE_INFINITY) continue;
    allowed++;
    allowedChance += law[id];
  }
  return {allowed, allowedChance};
}
