import {type KvCache, plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {Hooks} from "../../engine/hooks.js";
import {catchUp, NO_PASSES, type Passes, sumPasses} from "../decoding-run.js";
import {beamTree, eagleTree, type TreeDraft} from "../tree/grow-tree.js";
import {type Drafted, draftLaw, type TreeDrafter} from "../tree/tree-decoding.js";
import {feedNodes} from "../tree/tree-pass.js";

/** Shape and sharpness of a tree drafted by a model. */
export interface ModelDraft {
  readonly depth: number;
  readonly width: number;
  /** Temperature of the draft's law; below 1 the likeliest ways stay together for longer. */
  readonly temperature: number;
  /** Nodes kept below the root by EAGLE-2's rule; undefined: SubSpec's beam. */
  readonly nodes?: number;
  /** Changes the draft's passes, such as layers that it leaves out. */
  readonly hooks?: Hooks;
}

/**
 * Drafts with a model that shares the target's cache: it reads the keys and values that the target wrote, adds its own for
 * the nodes, and takes them back before the target verifies. Its sizes must be those of the target. (SubSpec,
 * arXiv:2509.18344, section 3)
 */
export function sharedCacheDraft(model: Decoder, shape: ModelDraft): TreeDrafter {
  return {
    draft: (text, depth, {cache}) => draftWith(model, cache, text, depth, shape, NO_PASSES),
  };
}

/**
 * Drafts with a model and a cache of its own; its tokenizer must be the target's.
 * @param readsWith changes of the pass over what the draft lacks: the prompt, or the tokens kept of the round before
 */
export function ownCacheDraft(
  model: Decoder,
  shape: ModelDraft,
  readsWith: (isPrompt: boolean) => Hooks = () => shape.hooks ?? {},
): TreeDrafter {
  const cache = plainKvCache(model.config);
  return {
    draft(text, depth) {
      const hooks = readsWith(cache.length === 0);
      const before = catchUp(text, cache, (ids) => forward(model, ids, {cache, rows: "last", hooks}));
      return draftWith(model, cache, text, depth, shape, before);
    },
  };
}

function draftWith(
  model: Decoder,
  cache: KvCache,
  text: readonly number[],
  room: number,
  {depth, width, temperature, nodes: kept, hooks}: ModelDraft,
  before: Passes,
): Drafted {
  const prefix = text.length - 1;
  const fed: number[] = [];
  let passes = 0;
  const law: TreeDraft = (tree, nodes) => {
    for (const node of nodes) fed.push(node);
    passes++;
    const logits = feedNodes(model, cache, tree, nodes, {prefix, fed}, hooks);
    return logits.map((row) => draftLaw(row, temperature));
  };
  const shape = {depth: Math.min(depth, room), width};
  const root = text[prefix];
  const tree =
    kept === undefined ? beamTree(root, shape, law) : eagleTree(root, {...shape, nodes: kept}, law);
  cache.truncate(prefix);
  return {tree, passes: sumPasses(before, {passes, tokens: fed.length})};
}
