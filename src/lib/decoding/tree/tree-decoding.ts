import {type KvCache, plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {drawToken, type Warp, warpLogits} from "../../engine/sampling.js";
import {
  catchUp,
  contextTokens,
  type DecodingGoal,
  GREEDY,
  type Passes,
  type Round,
  requireGoal,
  sumPasses,
} from "../decoding-run.js";
import {type DraftTree, rootedTree} from "./draft-tree.js";
import {feedNodes, keepRows} from "./tree-pass.js";
import {verifyTree} from "./verify-tree.js";

/** A tree of drafts and the passes of the draft that it took. */
export interface Drafted {
  readonly tree: DraftTree;
  readonly passes: Passes;
}

/** Drafts continuations of one text. */
export interface TreeDrafter {
  /**
   * Drafts from the last token of `text`, at most `depth` tokens deep. It must not look at the target's random draws.
   * @param cache the target's, which holds the text but its last token; a drafter that writes to it takes that back
   */
  draft(text: readonly number[], depth: number, cache: KvCache): Drafted;
  /** Learns from a verification: the logits after every node. */
  learn?(tree: DraftTree, logits: readonly Float32Array[]): void;
}

/**
 * Decodes with a drafted tree a round: the drafter proposes, one pass of the target scores every node, and the target's own
 * choices decide which way is kept ({@link verifyTree}). What is written is what the target writes alone: at temperature 0
 * token by token, above it in law.
 * @throws RangeError as {@link requireGoal}, and for ids out of range.
 */
export function* treeDecoding(
  target: Decoder,
  prompt: readonly number[],
  drafter: TreeDrafter,
  goal: DecodingGoal,
): Generator<Round, void> {
  requireGoal("treeDecoding", prompt, goal);
  const {tokens, eos = null} = goal;
  const cache = plainKvCache(target.config);
  const text = [...prompt];
  const context = contextTokens(target);
  for (let left = tokens; left > 0 && text.length <= context; ) {
    const before = catchUp(text, cache, (ids) => forward(target, ids, {cache, rows: "last"}));
    const prefix = text.length - 1;
    const {tree, passes} = draftedTree(drafter, text, Math.min(left - 1, context - text.length), cache);
    const nodes = tree.tokens.map((_, node) => node);
    const logits = feedNodes(target, cache, tree, nodes, {prefix, fed: nodes});
    const verified = verifyTree(tree, picker(logits, goal), {eos});
    drafter.learn?.(tree, logits);
    keepRows(cache, target.config, prefix, verified.nodes);
    for (const token of verified.tokens) text.push(token);
    left -= verified.tokens.length;
    yield {
      written: verified.tokens,
      tree,
      drafted: nodes.length - 1,
      accepted: verified.accepted,
      target: sumPasses(before, {passes: 1, tokens: nodes.length}),
      draft: passes,
    };
    if (verified.tokens.at(-1) === eos) return;
  }
}

/** No draft is asked for where no drafted token could be kept. */
function draftedTree(drafter: TreeDrafter, text: readonly number[], depth: number, cache: KvCache): Drafted {
  if (depth > 0) return drafter.draft(text, depth, cache);
  return {tree: rootedTree(text[text.length - 1]), passes: {passes: 0, tokens: 0}};
}

/** The target's choice after a node. */
function picker(
  logits: readonly Float32Array[],
  {warp = GREEDY, random}: DecodingGoal,
): (node: number) => number {
  return (node) => {
    const law = warpLogits(logits[node], warp);
    return random === undefined ? likeliest(law) : drawToken(law, random);
  };
}

/** The id of the largest probability; the first of equals. */
function likeliest(law: Float64Array): number {
  return law.reduce((best, chance, id) => (chance > law[best] ? id : best), 0);
}

/** Law of a draft: its logits at its own temperature. */
export function draftLaw(logits: ArrayLike<number>, temperature: number): Float64Array {
  const warp: Warp = {temperature, topK: 0, topP: 1};
  return warpLogits(logits, warp);
}
