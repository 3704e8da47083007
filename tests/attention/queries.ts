import type {KeyMask, Queries} from "../../src/lib/attention/selection.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

type Size = "tokens" | "heads" | "kvHeads" | "headDim" | "queries";

/** Random queries and keys of a whole text, or of its last `queries` tokens. */
export function randomQueries(
  seed: number,
  {tokens = 20, heads = 6, kvHeads = 3, headDim = 4, queries}: Partial<Record<Size, number>> = {},
): Queries {
  const stream = randomStream(seed, "queries");
  const normal = (count: number) => draws(count, () => stream.normal());
  return {
    q: normal((queries ?? tokens) * heads * headDim),
    keys: normal(tokens * kvHeads * headDim),
    heads,
    kvHeads,
    headDim,
  };
}

/** The keys that each query of a head may use. */
export function keptKeys({queries, keys, data}: KeyMask, h: number): number[][] {
  return Array.from({length: queries}, (_, i) =>
    Array.from({length: keys}, (_, j) => j).filter((j) => data[(h * queries + i) * keys + j] === 1),
  );
}
