import {type KvCache, plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {Hooks} from "../../engine/hooks.js";
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
import {feedNodes, keepRows, type Probe, withProbes} from "./tree-pass.js";
import {type VerifiedTree, verifyTree} from "./verify-tree.js";

/** A tree of drafts and the passes of the draft that it took. */
export interface Drafted {
  readonly tree: DraftTree;
  readonly passes: Passes;
  /** Inputs of the target's pass that are no tokens and that no token sees. */
  readonly probes?: readonly Probe[];
}

/** State of the target, which has read all of a text but its last token. */
export interface TargetState {
  /** The target's cache; a drafter that writes to it takes that back. */
  readonly cache: KvCache;
  /** What the head took after the token before the last; null where there is none. */
  readonly hidden: Float32Array | null;
}

/** Results of one pass of the target. */
export interface TargetPass {
  readonly tree: DraftTree;
  /** Logits after every node, then after every probe. */
  readonly logits: readonly Float32Array[];
  /** Last node of the way that was kept. */
  readonly last: number;
}

/** Drafts continuations of one text. */
export interface TreeDrafter {
  /**
   * Drafts from the last token of `text`, at most `depth` tokens deep. It must not look at the target's random draws.
   */
  draft(text: readonly number[], depth: number, state: TargetState): Drafted;
  /** Learns from a verification. */
  learn?(pass: TargetPass): void;
}

/** Says which way through a tree is kept, by the logits after every node. */
export type Verifier = (tree: DraftTree, logits: readonly Float32Array[], goal: DecodingGoal) => VerifiedTree;

/**
 * Decodes with a drafted tree a round: the drafter proposes, one pass of the target scores every node, and the target's own
 * choices decide which way is kept ({@link verifyTree}). What is written is what the target writes alone: at temperature 0
 * token by token, above it in law.
 * @param verify another rule of what is kept; the text is the target's own only if it says so
 * @throws RangeError as {@link requireGoal}, and for ids out of range.
 */
export function* treeDecoding(
  target: Decoder,
  prompt: readonly number[],
  drafter: TreeDrafter,
  goal: DecodingGoal,
  verify: Verifier = ownChoices,
): Generator<Round, void> {
  const context = contextTokens(target);
  requireGoal("treeDecoding", prompt, goal, context);
  const {tokens, eos = null} = goal;
  const cache = plainKvCache(target.config);
  const head = watchHead();
  const {hooks} = head;
  let hidden: Float32Array | null = null;
  const text = [...prompt];
  for (let left = tokens; left > 0 && text.length <= context; ) {
    const before = catchUp(text, cache, (ids) => {
      forward(target, ids, {cache, rows: "last", hooks});
      hidden = head.row(0);
    });
    const prefix = text.length - 1;
    const depth = Math.min(left - 1, context - text.length);
    const {tree, passes, probes = []} = draftedTree(drafter, text, depth, {cache, hidden});
    const inputs = withProbes(tree, probes);
    const fed = inputs.tokens.map((_, node) => node);
    const logits = feedNodes(target, cache, inputs, fed, {prefix, fed}, hooks, probes);
    const verified = verify(tree, logits, goal);
    const last = verified.nodes[verified.nodes.length - 1];
    hidden = head.row(last);
    drafter.learn?.({tree, logits, last});
    keepRows(cache, target.config, prefix, verified.nodes);
    for (const token of verified.tokens) text.push(token);
    left -= verified.tokens.length;
    yield {
      written: verified.tokens,
      tree,
      drafted: tree.tokens.length - 1,
      accepted: verified.accepted,
      target: sumPasses(before, {passes: 1, tokens: fed.length}),
      draft: passes,
    };
    if (verified.tokens.at(-1) === eos) return;
  }
}

/** Hooks that keep what the head takes in a pass, a row for each of its tokens. */
function watchHead(): {readonly hooks: Hooks; row(at: number): Float32Array} {
  let seen = {x: new Float32Array(0), rows: 1};
  return {
    hooks: {
      tensor(site, _layer, x, rows) {
        if (site === "final") seen = {x: x.slice(), rows};
        return undefined;
      },
    },
    row(at) {
      const width = seen.x.length / seen.rows;
      return seen.x.subarray(at * width, (at + 1) * width);
    },
  };
}

/** The target's own choices decide. */
function ownChoices(tree: DraftTree, logits: readonly Float32Array[], goal: DecodingGoal): VerifiedTree {
  return verifyTree(tree, picker(logits, goal), {eos: goal.eos ?? null});
}

/** No draft is asked for where no drafted token could be kept. */
function draftedTree(
  drafter: TreeDrafter,
  text: readonly number[],
  depth: number,
  state: TargetState,
): Drafted {
  if (depth > 0) return drafter.draft(text, depth, state);
  return {tree: rootedTree(text[text.length - 1]), passes: {passes: 0, tokens: 0}};
}

/** The target's choice after a node: the likeliest token, or a draw. */
export function picker(
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
