import {childrenOf, type DraftTree} from "./draft-tree.js";
import type {TreeEnd, VerifiedTree} from "./verify-tree.js";

/** δ of Medusa's typical acceptance. (FasterDecoding/Medusa, medusa/model/utils.py) */
const TYPICAL_SHARE = 0.3;

/** When a token that the target would not pick is kept all the same. */
export interface LossyRule {
  /**
   * `entropy`: the target's entropy over that of the even law is below `threshold`; `probability`: it gives the token at
   * least `threshold`; `typical`: it gives the token more than the lesser of `threshold` and 0.3 e^-H, H its entropy in nats
   * (Medusa's typical acceptance, arXiv:2401.10774, section 2.3.1).
   */
  readonly gate: "entropy" | "probability" | "typical";
  readonly threshold: number;
  /** Tokens that must match exactly after it. */
  readonly window: number;
}

/**
 * The lossy verification of SubSpec's repository (NYCU-EDgeAi/subspec, lossy_tree_verify.py; not in the paper), and Medusa's
 * with a window of 0: a drafted
 * token that is not the target's own is kept if the gate passes and the way after it matches the target exactly for
 * `window` tokens. The longest way is taken; of equal ones the exact match, then the likelier token, then the first child.
 * It changes what the model says.
 * @param laws the target's law after each node, [nodes][vocab]
 * @param picks the target's own token after each node, [nodes]
 */
export function verifyLossy(
  tree: DraftTree,
  laws: readonly Float64Array[],
  picks: ArrayLike<number>,
  rule: LossyRule,
  {eos}: TreeEnd,
): VerifiedTree {
  const children = childrenOf(tree);
  const exactAfter = new Int32Array(tree.tokens.length);
  const kept = new Int32Array(tree.tokens.length);
  const next = new Int32Array(tree.tokens.length).fill(-1);
  const isExact = (node: number, child: number) => tree.tokens[child] === picks[node];
  // Children stand after their parents, so that the last node comes first.
  for (let node = tree.tokens.length - 1; node >= 0; node--) {
    const exact = children[node].find((child) => isExact(node, child));
    exactAfter[node] = exact === undefined ? 0 : 1 + exactAfter[exact];
    const allowed = children[node].filter(
      (child) =>
        isExact(node, child) ||
        (exactAfter[child] >= rule.window && passes(rule, laws[node], tree.tokens[child])),
    );
    const rank = (child: number) => [
      kept[child],
      Number(isExact(node, child)),
      laws[node][tree.tokens[child]],
    ];
    const [best] = allowed.sort((a, b) => compareFirst(rank(b), rank(a)) || a - b);
    if (best === undefined) continue;
    next[node] = best;
    kept[node] = 1 + kept[best];
  }
  return emitted(tree, next, picks, eos);
}

function emitted(
  tree: DraftTree,
  next: Int32Array,
  picks: ArrayLike<number>,
  eos: number | null,
): VerifiedTree {
  const tokens: number[] = [];
  const nodes: number[] = [];
  let at = 0;
  for (; next[at] >= 0; at = next[at]) {
    tokens.push(tree.tokens[next[at]]);
    nodes.push(at);
    if (tokens.at(-1) === eos) return {tokens, nodes, accepted: tokens.length};
  }
  return {tokens: [...tokens, picks[at]], nodes: [...nodes, at], accepted: tokens.length};
}

function passes({gate, threshold}: LossyRule, law: Float64Array, token: number): boolean {
  if (gate === "entropy") return relativeEntropy(law) < threshold;
  if (gate === "probability") return law[token] >= threshold;
  return law[token] > Math.min(threshold, TYPICAL_SHARE * Math.exp(-entropyNats(law)));
}

/** Entropy over that of the even law; 0 for a vocabulary of one. */
function relativeEntropy(law: Float64Array): number {
  return law.length > 1 ? entropyNats(law) / Math.log(law.length) : 0;
}

function entropyNats(law: Float64Array): number {
  return law.reduce((sum, chance) => (chance > 0 ? sum - chance * Math.log(chance) : sum), 0);
}

function compareFirst(a: readonly number[], b: readonly number[]): number {
  return a.map((value, i) => value - b[i]).find((difference) => difference !== 0) ?? 0;
}
