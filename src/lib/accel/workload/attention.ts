import {type Formulas, type Operator, operator} from "../operator.js";
import type {Step} from "./step.js";

/** One attention: `heads` queries on `kvHeads` keys of `keyDim` and values of `valueDim`. */
export interface AttentionShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly causal: boolean;
  readonly window?: number;
  /** Values are a part of the keys (latent attention): the cache is read once for both. */
  readonly shared?: boolean;
  /** Keys and values are activations of this step, not cached ones. */
  readonly fromActivations?: boolean;
}

/**
 * Pairs of a query and a key it sees, per sequence and head: n p + n (n + 1) / 2 with a causal mask, n c without
 * one; a window caps what each query sees.
 * @param n queries. @param p keys before the first of them.
 */
export function visiblePairs(
  n: number,
  p: number,
  {causal = true, window = Number.POSITIVE_INFINITY} = {},
): number {
  if (!causal) return n * Math.min(p + n, window);
  // The first `growing` queries see fewer keys than the window holds.
  const growing = Math.max(0, Math.min(n, window - p));
  const full = n - growing;
  return growing * p + (growing * (growing + 1)) / 2 + (full > 0 ? full * window : 0);
}

/** The keys that any query of the step can see, per sequence. */
export function visibleKeys(n: number, p: number, window = Number.POSITIVE_INFINITY): number {
  return Math.min(p + n, window + n - 1);
}

/**
 * Keys that a fused kernel reads per sequence and KV head, repeats counted: once per block of `rowBlock` query
 * rows (the query heads of a KV head share a block); a causal mask skips the blocks above the diagonal, a window
 * those that have left it. (FlashAttention's outer loop, arXiv 2307.08691, section 3.1)
 */
export function keysRead(
  n: number,
  p: number,
  group: number,
  shape: AttentionShape,
  rowBlock: number,
): number {
  const {causal, window} = shape;
  const passes = Math.ceil((n * group) / rowBlock);
  const all = causal ? passes * p + (n * (passes + 1)) / 2 : passes * (p + n);
  if (window === undefined) return all;
  const perPass = Math.min(p + n, window + Math.ceil(n / passes) - 1);
  return Math.min(all, passes * perPass);
}

const WORK = "2 * B * h * P * (ek + ev) + 5 * B * h * P";
const FUSED: Formulas = {
  flops: WORK,
  actRead: "B * n * h * ek",
  actWrite: "B * n * h * ev",
  kvRead: "B * g * keys * stored",
};
const FUSED_FROM_ACTIVATIONS: Formulas = {
  flops: WORK,
  actRead: "B * n * h * ek + B * g * keys * stored",
  actWrite: "B * n * h * ev",
};

/** Scores, softmax and values in one kernel: nothing but queries, cache and output moves. */
function fusedAttention(count: number, shape: AttentionShape, step: Required<Step>): Operator {
  const {heads: h, kvHeads: g, keyDim: ek, valueDim: ev} = shape;
  const {batch: B, tokens: n, cached: p} = step;
  const P = visiblePairs(n, p, shape);
  const keys = keysRead(n, p, h / g, shape, step.rowBlock);
  const stored = shape.shared ? ek : ek + ev;
  const cache = B * g * keys * stored;
  const symbols = {B, n, h, g, ek, ev, P, keys, stored};
  return operator(
    {
      name: "attention",
      kind: "attention",
      count,
      formulas: shape.fromActivations ? FUSED_FROM_ACTIVATIONS : FUSED,
      symbols,
    },
    {
      flops: 2 * B * h * P * (ek + ev) + 5 * B * h * P,
      actRead: B * n * h * ek + (shape.fromActivations ? cache : 0),
      actWrite: B * n * h * ev,
      kvRead: shape.fromActivations ? 0 : cache,
    },
  );
}

const SCORES: Formulas = {
  flops: "2 * B * h * P * ek",
  actRead: "B * n * h * ek + fresh * B * g * c * ek",
  actWrite: "B * h * n * c",
  kvRead: "(1 - fresh) * B * g * c * ek",
};
const SOFTMAX: Formulas = {flops: "5 * B * h * P", actRead: "B * h * n * c", actWrite: "B * h * n * c"};
const VALUES: Formulas = {
  flops: "2 * B * h * P * ev",
  actRead: "B * h * n * c + fresh * B * g * c * ev",
  actWrite: "B * n * h * ev",
  kvRead: "(1 - fresh) * B * g * c * ev",
};

/** Scores written, normalised and read again: 4 n c elements a head beside queries, cache and output. */
function plainAttention(count: number, shape: AttentionShape, step: Required<Step>): Operator[] {
  const {heads: h, kvHeads: g, keyDim: ek, valueDim: ev} = shape;
  const {batch: B, tokens: n, cached: p} = step;
  const P = visiblePairs(n, p, shape);
  const c = visibleKeys(n, p, shape.window);
  const fresh = shape.fromActivations ? 1 : 0;
  const symbols = {B, n, c, h, g, ek, ev, P, fresh};
  const scores = B * h * n * c;
  const keys = B * g * c * ek;
  const values = B * g * c * ev;
  const part = (name: string, formulas: Formulas) => ({
    name,
    kind: "attention" as const,
    count,
    formulas,
    symbols,
  });
  return [
    operator(part("qk", SCORES), {
      flops: 2 * B * h * P * ek,
      actRead: B * n * h * ek + fresh * keys,
      actWrite: scores,
      kvRead: (1 - fresh) * keys,
    }),
    operator(
      {...part("softmax", SOFTMAX), kind: "vector"},
      {
        flops: 5 * B * h * P,
        actRead: scores,
        actWrite: scores,
      },
    ),
    operator(part("pv", VALUES), {
      flops: 2 * B * h * P * ev,
      actRead: scores + fresh * values,
      actWrite: B * n * h * ev,
      kvRead: (1 - fresh) * values,
    }),
  ];
}

/** The operators of one attention, fused or not as the step says. */
export function attention(count: number, shape: AttentionShape, step: Required<Step>): Operator[] {
  return step.fused ? [fusedAttention(count, shape, step)] : plainAttention(count, shape, step);
}
