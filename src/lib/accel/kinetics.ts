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
  /** Floating-point operations that cost as much as moving one byte; by default {@link KINETICS_FLOPS_PER_BYTE}. */
  readonly flopsPerByte?: number;
}

/** Cost in units of 1e12 equivalent floating-point operations. */
export interface KineticsCost {
  readonly compute: number;
  readonly memory: number;
}

/** Kinetics' price of a byte on its machine, floating-point operations. (cost_model/utils.py, `E_flops`) */
export const KINETICS_FLOPS_PER_BYTE = 562.5;

/** Bytes of a cached value: the published functions count two for each, so keys and values are in 16 bits. */
export const KINETICS_BYTES_PER_VALUE = 2;

const TERA = 1e12;

/**
 * `published` is the closed form of each published function, whose sign of the warm-up differs and which goes negative
 * for a budget far above the text; `corrected` is the sum over the steps that both stand for.
 */
export type KineticsForm = "published" | "corrected";

/** Cost of tokens that were read from caches: keys and values of all layers, and the arithmetic on them. */
function costOf(
  w: KineticsWorkload,
  {seen, moved}: {readonly seen: number; readonly moved: number},
): KineticsCost {
  const {parameters: P, generated: g, trials: n, heads, kvHeads, headDim: D} = w;
  const perByte = w.flopsPerByte ?? KINETICS_FLOPS_PER_BYTE;
  return {
    compute: ((2 * P * g + 4 * seen * heads * D) * n) / TERA,
    memory: (2 * moved * kvHeads * D * KINETICS_BYTES_PER_VALUE * perByte) / TERA,
  };
}

/** Dense attention: every token sees the prompt and all that its own trial has generated. Trials share the prompt's reads. */
export function kineticsDense(w: KineticsWorkload): KineticsCost {
  const {context: c, generated: g, trials: n} = w;
  return costOf(w, {seen: (c + g / 2) * g, moved: (c + (g * n) / 2) * g});
}

/**
 * Tokens looked at over a whole trial when each step sees at most `budget`: in the corrected form the sum over the steps
 * of min(budget, context + t), t the middle of a step as dense attention has it.
 */
function seenTokens(
  budget: number,
  {context: c, generated: g}: KineticsWorkload,
  form: KineticsForm,
  publishedSign: 1 | -1,
): number {
  if (form === "published") return budget * g + publishedSign * 0.5 * Math.max(0, budget - c) ** 2;
  const growing = Math.min(g, Math.max(0, budget - c));
  return growing * (c + growing / 2) + (g - growing) * budget;
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
  const seen = seenTokens(budget, w, form, 1);
  return costOf(w, {seen, moved: seen * w.trials});
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
  form: KineticsForm = "published",
): KineticsCost {
  const {context: c, generated: g, trials: n} = w;
  const seen = seenTokens(local + blockSize * topBlocks, w, form, -1);
  const search = Math.floor((2 * c + g) / blockSize) * g;
  const searchReads = Math.floor((2 * c + g * n) / blockSize) * g;
  return costOf(w, {seen: seen + search / 4, moved: seen * n + searchReads / 4});
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
