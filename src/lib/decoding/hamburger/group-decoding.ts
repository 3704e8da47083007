import {type KvCache, plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import {
  catchUp,
  contextTokens,
  type DecodingGoal,
  NO_PASSES,
  type Round,
  requireGoal,
  sumPasses,
} from "../decoding-run.js";
import {rootedTree} from "../tree/draft-tree.js";
import {picker} from "../tree/tree-decoding.js";
import type {GroupModel, Written} from "./group-model.js";
import {stepHooks} from "./step-hooks.js";

/**
 * Decodes a group of tokens a round: one pass of the base reads the last group as one input with one entry in the cache,
 * at the place of its last token; its head writes the first token of the next group, the small decoder the others, as long
 * as the chance that the group goes on is at least `confidence`. Nothing is verified, so that the text may not be the
 * target's own. (HAMburger, arXiv:2505.20438; Jingyu6/hamburger, hamburger/model/llama.py)
 * @throws RangeError as {@link requireGoal}, and for ids out of range.
 */
export function* groupDecoding(
  groups: GroupModel,
  prompt: readonly number[],
  confidence: number,
  goal: DecodingGoal,
): Generator<Round, void> {
  const {base} = groups;
  const context = contextTokens(base);
  requireGoal("groupDecoding", prompt, goal, context);
  const {tokens, eos = null} = goal;
  const cache = plainKvCache(base.config);
  const text = [...prompt];
  let before = catchUp(text, cache, (ids) => forward(base, ids, {cache, rows: "last"}));
  let last: readonly number[] = text.slice(-1);
  for (let left = tokens; left > 0 && text.length <= context; ) {
    const room = Math.min(groups.most, left, 1 + context - text.length);
    const step = readGroup(groups, cache, last, text.length - 1);
    const written = writeGroup(groups, step, {room, confidence, goal, eos});
    const further = written.length - 1;
    yield {
      written,
      tree: rootedTree(last[last.length - 1]),
      drafted: further,
      accepted: further,
      target: sumPasses(before, {passes: 1, tokens: 1}),
      draft: {passes: further, tokens: further},
    };
    before = NO_PASSES;
    last = written;
    for (const token of last) text.push(token);
    left -= last.length;
    if (last[last.length - 1] === eos) return;
  }
}

/** Logits of the next group's first token, and the features of the step. */
export interface ReadStep {
  readonly logits: Float32Array;
  readonly features: readonly Float32Array[];
}

/**
 * Reads a group in one pass as one entry of the cache; a single token enters as it always does.
 * @param position place in the text of its last token
 */
export function readGroup(
  {base, embed, featureLayers}: GroupModel,
  cache: KvCache,
  group: readonly number[],
  position: number,
): ReadStep {
  const {hooks, features} = stepHooks(group.length > 1 ? [embed(group)] : [], featureLayers);
  const options = {cache, rows: "last", hooks, positions: Int32Array.of(position)} as const;
  const {data: logits} = forward(base, group.slice(-1), options);
  return {logits, features: features()};
}

interface GroupGoal {
  readonly room: number;
  readonly confidence: number;
  readonly goal: DecodingGoal;
  readonly eos: number | null;
}

/** Tokens of the next group. */
function writeGroup(
  {stops, write}: GroupModel,
  {logits, features}: ReadStep,
  {room, confidence, goal, eos}: GroupGoal,
): number[] {
  const next = write(features);
  const tokens: number[] = [];
  let at: Written = {logits, hidden: features[features.length - 1]};
  for (;;) {
    const token = picker([at.logits], goal)(0);
    tokens.push(token);
    const isEnd = tokens.length === room || token === eos || 1 - stops(at.hidden) < confidence;
    if (isEnd) return tokens;
    at = next(token);
  }
}
