import {NO_PASSES} from "../decoding-run.js";
import {decodingMethod} from "../method.js";
import {guessedTree} from "../tree/template-tree.js";
import {draftLaw, type TreeDrafter, treeDecoding} from "../tree/tree-decoding.js";
import type {Probe} from "../tree/tree-pass.js";
import {type PromptTokens, untrainedPrompts} from "./prompt-tokens.js";
import {bestTrees, type GuessAccuracy, type PromptTree} from "./prompt-trees.js";

/**
 * Drafts from what the model itself says after the prompt tokens of the last kept node; their own follow each node of the
 * next tree, so that the guesses for the round after come out of the same pass. (arXiv:2405.18628, sections 3 and 4)
 * @param trees those of the states 0 to m
 */
export function promptDraft({vectors}: PromptTokens, trees: readonly PromptTree[]): TreeDrafter {
  let guesses: readonly Float64Array[] = [];
  let asked: readonly number[] = [];
  return {
    draft(text, room) {
      const {ways, prompts} = trees[guesses.length];
      const root = text[text.length - 1];
      const tree = guessedTree(
        root,
        ways.map(({ranks}) => ranks),
        room,
        guesses,
      );
      // Prompt tokens stand where a text may still grow.
      asked = tree.depths.map((depth, node) => Math.min(prompts[tree.places[node] + 1], room - depth));
      return {tree, passes: NO_PASSES, probes: probesAfter(asked, vectors)};
    },
    learn({logits, last}) {
      const first = asked.length + asked.slice(0, last).reduce((sum, count) => sum + count, 0);
      guesses = logits.slice(first, first + (asked[last] ?? 0)).map((row) => draftLaw(row, 1));
    },
  };
}

/** A chain of prompt tokens after every node. */
function probesAfter(asked: readonly number[], vectors: readonly Float32Array[]): Probe[] {
  const probes: Probe[] = [];
  asked.forEach((count, node) => {
    for (let j = 0; j < count; j++)
      probes.push({parent: j === 0 ? node : asked.length + probes.length - 1, vector: vectors[j]});
  });
  return probes;
}

/** Parallel prompt decoding: trained prompt tokens after each token of a pass make the model itself guess later tokens. */
export const promptDecoding = decodingMethod({
  id: "ppd",
  label: "PPD prompt tokens",
  source: "arXiv:2405.18628, sections 3 and 4",
  params: {
    inputs: {
      kind: "integer",
      label: "Inputs of a pass",
      help: "Candidates and prompt tokens together, divided so that a round keeps the most tokens.",
      min: 4,
      max: 128,
      default: 32,
    },
  },
  takes: "prompt tokens",
  lossless: true,
  run({target, prompts = untrainedPrompts(target.config)}, text, {inputs}, goal) {
    return treeDecoding(target, text, promptDraft(prompts, memoizedTrees(prompts.accuracy, inputs)), goal);
  },
});

const memo = new WeakMap<GuessAccuracy, Map<number, readonly PromptTree[]>>();

/** Trees of a limit on inputs, which are the same for every text. */
function memoizedTrees(accuracy: GuessAccuracy, inputs: number): readonly PromptTree[] {
  const known = memo.get(accuracy) ?? new Map<number, readonly PromptTree[]>();
  memo.set(accuracy, known);
  const trees = known.get(inputs) ?? bestTrees(accuracy, inputs);
  known.set(inputs, trees);
  return trees;
}
