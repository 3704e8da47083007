import type {KvCache} from "../engine/cache/kv-cache.js";
import type {Decoder} from "../engine/decoder/load-decoder.js";
import type {Warp} from "../engine/sampling.js";
import type {RandomStream} from "../tensor/random.js";
import {requireInteger} from "../tensor/require.js";
import type {DraftTree} from "./tree/draft-tree.js";

/** Goal of a decoding loop. */
export interface DecodingGoal {
  /** Tokens to write at most. */
  readonly tokens: number;
  /** Token that ends the text; it is written. Default: none. */
  readonly eos?: number | null;
  /** Change of the target's probabilities; by default the likeliest token is taken. */
  readonly warp?: Warp;
  /** Draws tokens; needed above temperature 0. */
  readonly random?: RandomStream;
}

/** Passes through a model, and tokens fed in all of them. */
export interface Passes {
  readonly passes: number;
  readonly tokens: number;
}

/** One round: a draft and its verification. */
export interface Round {
  /** Tokens that it writes, at least one. */
  readonly written: readonly number[];
  /** Drafts that were put before the target; a chain is a tree without branches. */
  readonly tree: DraftTree;
  /** Drafted tokens, and those among them that were kept: all of them where nothing is verified. */
  readonly drafted: number;
  readonly accepted: number;
  readonly target: Passes;
  readonly draft: Passes;
}

export const NO_PASSES: Passes = {passes: 0, tokens: 0};

/** The likeliest token alone. */
export const GREEDY: Warp = {temperature: 0, topK: 0, topP: 1};

/**
 * Checks a prompt and a goal before anything is read.
 * @param context tokens that the text may have
 * @throws RangeError for an empty prompt or one longer than the context, fewer than one token, or a temperature without
 * randomness.
 */
export function requireGoal(
  caller: string,
  prompt: readonly number[],
  {tokens, warp, random}: DecodingGoal,
  context: number,
): void {
  if (prompt.length === 0) throw new RangeError(`${caller}: prompt must have at least one token, got none`);
  if (prompt.length > context)
    throw new RangeError(
      `${caller}: prompt must have at most the ${context} tokens of the table of positions, got ${prompt.length}`,
    );
  requireInteger(caller, "tokens", tokens, 1);
  if ((warp?.temperature ?? 0) > 0 && random === undefined)
    throw new RangeError(`${caller}: random must be given at a temperature of ${warp?.temperature}`);
}

/** Tokens that a text may have: those of the table of positions; a model with rotary positions has no limit. */
export function contextTokens({config: {positionTable}}: Decoder): number {
  return positionTable === null ? Number.POSITIVE_INFINITY : positionTable.rows - positionTable.offset;
}

/**
 * Feeds what a cache lacks of a text, its last token left out.
 * @returns the pass that it took, or none
 */
export function catchUp(
  text: readonly number[],
  cache: KvCache,
  feed: (ids: readonly number[]) => unknown,
): Passes {
  const missing = text.slice(cache.length, text.length - 1);
  if (missing.length === 0) return NO_PASSES;
  feed(missing);
  return {passes: 1, tokens: missing.length};
}

/** Sum of several passes. */
export function sumPasses(...all: readonly Passes[]): Passes {
  return {
    passes: all.reduce((sum, {passes}) => sum + passes, 0),
    tokens: all.reduce((sum, {tokens}) => sum + tokens, 0),
  };
}
