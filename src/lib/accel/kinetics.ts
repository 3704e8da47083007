import {requireInteger} from "../tensor/require.js";

/**
 * A test-time workload for one problem. Kinetics folds the layers into the head size: `headDim` here is the size
 * of a head times the number of layers.
 */
export interface KineticsWorkload {
  readonly parameters: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Prompt tokens. */
  readonly context: number;
  /** Generated tokens of one trial. */
  readonly generated: number;
  /** Trials that share the prompt's cache. */
  readonly trials: number;
  /** Floating-point operations that cost as much as moving one cached element; Kinetics uses 562.5. */
  readonly flopsPerElement?: number;
}

/** Cost in units of 1e12 equivalent floating-point operations. */
export interface KineticsCost {
  readonly compute: number;
  readonly memory: number;
}

/** Kinetics' price of a cached element on its machine, floating-point operations. (cost_model/utils.py) */
export const KINETICS_FLOPS_PER_ELEMENT = 562.5;

const TERA = 1e12;

/** "published" keeps the sign of each published function; "corrected" takes the warm-up off in both. */
export type KineticsForm = "published" | "corrected";

/** Dense attention: every token sees the prompt and all that its own trial has generated. */
export function kineticsDense(w: KineticsWorkload): KineticsCost {
  const {parameters: P, context: c, generated: g, trials: n, heads, kvHeads, headDim: D} = w;
  const I = w.flopsPerElement ?? KINETICS_FLOPS_PER_ELEMENT;
  return {
    compute: ((2 * P * g + 2 * (2 * c + g) * g * heads * D) * n) / TERA,
    memory: (2 * (2 * c + g * n) * g * kvHeads * D * I) / TERA,
  };
}

/** Tokens looked at over a whole trial when each step sees at most `budget`. */
function seenTokens(budget: number, {context, generated}: KineticsWorkload, warmUpSign: 1 | -1): number {
  return budget * generated + warmUpSign * 0.5 * Math.max(0, budget - context) ** 2;
}

/**
 * Each token attends to the `budget` best keys, found at no cost. The published form adds the tokens that are
 * missing while the cache is shorter than the budget; the corrected one takes them off.
 */
export function kineticsTopK(
  w: KineticsWorkload,
  budget: number,
  form: KineticsForm = "published",
): KineticsCost {
  const {parameters: P, generated: g, trials: n, heads, kvHeads, headDim: D} = w;
  const I = w.flopsPerElement ?? KINETICS_FLOPS_PER_ELEMENT;
  const seen = seenTokens(budget, w, form === "published" ? 1 : -1);
  return {
    compute: ((2 * P * g + 4 * seen * heads * D) * n) / TERA,
    memory: (4 * seen * kvHeads * D * n * I) / TERA,
  };
}

/** Blocks that a step of block top-k attention reads: `local` newest tokens and the `topBlocks` best blocks. */
export interface BlockBudget {
  readonly local: number;
  readonly blockSize: number;
  readonly topBlocks: number;
}

/**
 * Each token attends to its newest tokens and the best blocks, after comparing with one key a block. The search
 * is paid per trial in compute and once in memory, as published.
 */
export function kineticsBlockTopK(
  w: KineticsWorkload,
  {local, blockSize, topBlocks}: BlockBudget,
): KineticsCost {
  const {parameters: P, context: c, generated: g, trials: n, heads, kvHeads, headDim: D} = w;
  const I = w.flopsPerElement ?? KINETICS_FLOPS_PER_ELEMENT;
  const seen = seenTokens(local + blockSize * topBlocks, w, -1);
  const search = Math.floor((2 * c + g) / blockSize) * g * heads * D;
  const searchReads = Math.floor((2 * c + g * n) / blockSize) * g * kvHeads * D;
  return {
    compute: ((2 * P * g + 4 * seen * heads * D + search) * n) / TERA,
    memory: ((4 * seen * kvHeads * D * n + searchReads) * I) / TERA,
  };
}

/**
 * Probability that at least one of `samples` draws without replacement from `n` answers, `correct` of them right,
 * is right: 1 - C(n - correct, samples) / C(n, samples), the unbiased pass@k.
 * @throws RangeError if correct or samples is no integer from 0 to n.
 */
export function coverage(n: number, correct: number, samples: number): number {
  requireInteger("coverage", "n", n, 0);
  for (const [name, value] of Object.entries({correct, samples})) {
    requireInteger("coverage", name, value, 0);
    if (value > n) throw new RangeError(`coverage: ${name} must be at most n = ${n}, got ${value}`);
  }
  if (n - correct < samples) return 1;
  let allWrong = 1;
  for (let i = 0; i < samples; i++) allWrong *= (n - correct - i) / (n - i);
  return 1 - allWrong;
}
