import {NO_PASSES} from "../decoding-run.js";
import {decodingMethod} from "../method.js";
import {depth} from "../method-params.js";
import {rootedTree} from "../tree/draft-tree.js";
import {guessedTree, likeliestWays} from "../tree/template-tree.js";
import {draftLaw, picker, type TreeDrafter, treeDecoding, type Verifier} from "../tree/tree-decoding.js";
import {verifyLossy} from "../tree/verify-lossy.js";
import {type MedusaHeads, untrainedHeads} from "./medusa-heads.js";

const params = {
  depth: {...depth, label: "Heads that guess", help: "At most as many as were trained.", default: 3},
  nodes: {
    kind: "integer",
    label: "Nodes that the target verifies",
    help: "The branches most often right, of all combinations of the heads' guesses.",
    min: 1,
    max: 128,
    default: 24,
  },
} as const;

/**
 * Drafts with heads: what the last pass of the target left at the last kept token is all they need, so that no pass of any
 * model drafts. Combinations of guesses form the tree. (arXiv:2401.10774, section 2.1)
 */
export function medusaDraft(heads: MedusaHeads, depth: number, nodes: number): TreeDrafter {
  const ways = likeliestWays(heads.accuracy.slice(0, depth), nodes).map(({ranks}) => ranks);
  return {
    draft(text, room, {hidden}) {
      const root = text[text.length - 1];
      if (hidden === null) return {tree: rootedTree(root), passes: NO_PASSES};
      const laws = heads.guess(hidden).map((logits) => draftLaw(logits, 1));
      return {tree: guessedTree(root, ways, room, laws), passes: NO_PASSES};
    },
  };
}

/** Trained heads on the model's last hidden state guess the tokens after the next one, one head for each distance. */
export const medusa = decodingMethod({
  id: "medusa",
  label: "Medusa heads",
  source: "arXiv:2401.10774, sections 2.1 and 2.2",
  params,
  takes: "heads",
  lossless: true,
  run: ({target, heads = untrainedHeads(target)}, prompt, {depth, nodes}, goal) =>
    treeDecoding(target, prompt, medusaDraft(heads, depth, nodes), goal),
});

/** A guess is kept if the model finds it likely enough, even where it would write another token; the text changes. */
export const medusaTypical = decodingMethod({
  id: "medusa-typical",
  label: "Medusa heads, typical acceptance",
  source: "arXiv:2401.10774, section 2.3.1",
  params: {
    ...params,
    threshold: {
      kind: "number",
      label: "Probability that suffices",
      help: "Less suffices where the model itself is unsure: 0.3 e^-H at an entropy of H nats.",
      min: 0,
      max: 1,
      step: 0.01,
      default: 0.09,
    },
  },
  takes: "heads",
  lossless: "keeps guesses that the model finds likely enough, though it would not write them",
  run({target, heads = untrainedHeads(target)}, prompt, {depth, nodes, threshold}, goal) {
    return treeDecoding(target, prompt, medusaDraft(heads, depth, nodes), goal, typical(threshold));
  },
});

/** The model's law as it is says what is typical, also where its own token is the likeliest. */
function typical(threshold: number): Verifier {
  return (tree, logits, goal) => {
    const pick = picker(logits, goal);
    const picks = tree.tokens.map((_, node) => pick(node));
    const laws = tree.tokens.map((_, node) => draftLaw(logits[node], goal.warp?.temperature || 1));
    return verifyLossy(tree, laws, picks, {gate: "typical", threshold, window: 0}, {eos: goal.eos ?? null});
  };
}
