import type {Hooks} from "../../engine/hooks.js";

/** Hooks of one pass, and what they kept of it. */
export interface StepHooks {
  readonly hooks: Hooks;
  /** For the last token of the pass: the output of each watched layer, then what the head took, [hidden] each. */
  features(): Float32Array[];
}

/**
 * Puts vectors in place of the first embeddings of a pass and keeps what layers say of its last token.
 * @param vectors [hidden] each
 * @param layers those whose output is kept
 */
export function stepHooks(vectors: readonly Float32Array[], layers: readonly number[] = []): StepHooks {
  const kept = new Map<number, Float32Array>();
  let final = new Float32Array(0);
  const lastRow = (x: Float32Array, rows: number) => x.slice(x.length - x.length / rows);
  return {
    hooks: {
      tensor(site, layer, x, rows) {
        if (site === "layer.output" && layers.includes(layer)) kept.set(layer, lastRow(x, rows));
        if (site === "final") final = lastRow(x, rows);
        return site === "embedding" && vectors.length > 0 ? withFirst(x, vectors) : undefined;
      },
    },
    features: () => [...layers.map((layer) => kept.get(layer)!), final],
  };
}

function withFirst(x: Float32Array, vectors: readonly Float32Array[]): Float32Array {
  const stream = x.slice();
  vectors.forEach((vector, i) => {
    stream.set(vector, i * vector.length);
  });
  return stream;
}
