import {requireInteger} from "../../tensor/require.js";
import {likeliestWays, type ValuedWay} from "../tree/template-tree.js";

/** Shares of right guesses: `accuracy[d][r]` is that of rank r for the token d + 1 after the last. */
export type GuessAccuracy = readonly (readonly number[])[];

/** Limits of a pass. */
export interface PassSize {
  /** Candidates below the root of each tree. */
  readonly candidates: number;
  /** Inputs of a pass: the root, candidates and prompt tokens; those of the root are never removed. */
  readonly inputs: number;
}

/** Tree of a state, and the prompt tokens that each of its nodes carries. */
export interface PromptTree {
  readonly ways: readonly ValuedWay[];
  /** Prompt tokens after each node, the root first. */
  readonly prompts: readonly number[];
  /** Expected number of accepted candidates. */
  readonly accepted: number;
}

/**
 * Trees of all states: in state k the round before left guesses for k tokens. (PPD, arXiv:2405.18628, section 4)
 * @returns the trees of the states 0 to m, m the number of distances in `accuracy`
 * @throws RangeError unless candidates and inputs are integers of at least 0 and 1.
 */
export function promptTrees(accuracy: GuessAccuracy, {candidates, inputs}: PassSize): PromptTree[] {
  requireInteger("promptTrees", "inputs", inputs, 1);
  return treesOf(waysOfStates(accuracy, candidates), inputs);
}

/** The likeliest ways of each state, at most `candidates`; fewer are their beginning. */
function waysOfStates(accuracy: GuessAccuracy, candidates: number): ValuedWay[][] {
  return Array.from({length: accuracy.length + 1}, (_, k) => likeliestWays(accuracy.slice(0, k), candidates));
}

function treesOf(states: readonly ValuedWay[][], inputs: number): PromptTree[] {
  const accepted = states.map((ways) => ways.reduce((sum, {value}) => sum + value, 0));
  return states.map((ways, k) => ({
    ways,
    prompts: promptsOf(stopChances(ways), accepted, inputs),
    accepted: accepted[k],
  }));
}

/** Chance that the accepted way ends at each node, the root first; the chances of a tree add up to 1. */
export function stopChances(ways: readonly ValuedWay[]): number[] {
  const chances = [1, ...ways.map(({value}) => value)];
  const places = new Map([["", 0], ...ways.map(({ranks}, i) => [ranks.join(), i + 1] as const)]);
  for (const {ranks, value} of ways) chances[places.get(ranks.slice(0, -1).join())!] -= value;
  return chances;
}

/**
 * Prompt tokens of every node: all at first, then one less where it costs least, until the pass is small enough. A node that
 * loses its k-th loses what the tree of k guesses gives above that of k - 1, as often as the way ends there.
 */
function promptsOf(stops: readonly number[], accepted: readonly number[], inputs: number): number[] {
  const prompts = stops.map(() => accepted.length - 1);
  const loss = (node: number) => stops[node] * (accepted[prompts[node]] - accepted[prompts[node] - 1]);
  for (let total = stops.length * accepted.length; total > inputs; total--) {
    // The root keeps its own: a round without any would never lead out of plain decoding.
    let least = -1;
    for (let node = 1; node < stops.length; node++)
      if (prompts[node] > 0 && (least < 0 || loss(node) < loss(least))) least = node;
    if (least < 0) break;
    prompts[least]--;
  }
  return prompts;
}

/** Inputs of a pass in one state: nodes, the root among them, and their prompt tokens. */
export function inputsOf({prompts}: PromptTree): number {
  return prompts.reduce((sum, count) => sum + 1 + count, 0);
}

/** Chances to go from a state (rows) to each state (columns): a way that ends at a node with k prompt tokens leads to k. */
export function stateChances(trees: readonly PromptTree[]): number[][] {
  return trees.map(({ways, prompts}) => {
    const row = trees.map(() => 0);
    stopChances(ways).forEach((chance, node) => {
      row[prompts[node]] += chance;
    });
    return row;
  });
}

/** Rounds after which the shares of states no longer move: each halves their distance at least twice in practice. */
const SETTLED = 2000;

/**
 * Share of rounds in each state, in the long run: pi = pi P. Every other round is taken to stay, which leaves the shares as
 * they are and lets them settle where states alternate.
 */
export function stationaryShares(chances: readonly (readonly number[])[]): number[] {
  let shares = chances.map(() => 1 / chances.length);
  for (let round = 0; round < SETTLED; round++) {
    const next = shares.map((_, to) =>
      shares.reduce((sum, share, from) => sum + share * chances[from][to], 0),
    );
    shares = shares.map((share, state) => (share + next[state]) / 2);
  }
  return shares;
}

/** Tokens of a round in the long run: the accepted candidates and the target's own token. */
export function expectedRound(trees: readonly PromptTree[]): {
  readonly tokens: number;
  readonly inputs: number;
} {
  const shares = stationaryShares(stateChances(trees));
  const mean = (of: (tree: PromptTree) => number) =>
    trees.reduce((sum, tree, state) => sum + shares[state] * of(tree), 0);
  return {tokens: 1 + mean(({accepted}) => accepted), inputs: mean(inputsOf)};
}

/** The split of a limit on inputs between candidates and prompt tokens that gives most tokens a round. */
export function bestTrees(accuracy: GuessAccuracy, inputs: number): PromptTree[] {
  requireInteger("bestTrees", "inputs", inputs, 1);
  const most = Math.max(0, inputs - 1 - accuracy.length);
  const ways = waysOfStates(accuracy, most);
  let best = {trees: treesOf(waysOfStates(accuracy, 0), inputs), tokens: 1};
  for (let candidates = 1; candidates <= most; candidates++) {
    const trees = treesOf(
      ways.map((all) => all.slice(0, candidates)),
      inputs,
    );
    const {tokens} = expectedRound(trees);
    if (tokens > best.tokens) best = {trees, tokens};
  }
  return best.trees;
}

/**
 * Limit on the inputs of a pass that gives most tokens a second, by the time of a pass. (Section 4.3)
 * @param seconds time of a pass with so many inputs
 * @throws RangeError if there is no size to choose from.
 */
export function fastestSize(
  accuracy: GuessAccuracy,
  sizes: readonly number[],
  seconds: (inputs: number) => number,
): number {
  if (sizes.length === 0) throw new RangeError("fastestSize: sizes must hold a size, got none");
  const rate = (size: number) => {
    const {tokens, inputs} = expectedRound(bestTrees(accuracy, size));
    return tokens / seconds(inputs);
  };
  const rates = sizes.map(rate);
  return sizes[rates.indexOf(rates.reduce((a, b) => Math.max(a, b)))];
}
