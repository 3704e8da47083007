import type {Backend} from "../../engine/backend.js";
import {embed, reluNetwork, sum, type WeightReader} from "./weights.js";

/**
 * Rotates the pairs (2m, 2m + 1) of every head of every token by token · base^(-2m / headDim), in place.
 * (arXiv:2104.09864, section 3.4.2)
 */
export function rotatePairs(x: Float32Array, heads: number, headDim: number, base = 10_000): void {
  const tokens = x.length / (heads * headDim);
  for (let t = 0; t < tokens; t++) {
    for (let pair = 0; pair < headDim; pair += 2) {
      const angle = t * base ** (-pair / headDim);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let h = 0; h < heads; h++) {
        const at = (t * heads + h) * headDim + pair;
        const [u, v] = [x[at], x[at + 1]];
        x[at] = u * cos - v * sin;
        x[at + 1] = v * cos + u * sin;
      }
    }
  }
}

/** Reads ids of a text: [tokens, width] that the decoder looks at. */
export type Encoder = (ids: ArrayLike<number>) => Float32Array;

/** The encoder: every token sees all others. (RegressLM, arXiv:2506.21718) */
export function readEncoder(reader: WeightReader, backend: Backend): Encoder {
  const {width, heads, encoderLayers} = reader.config;
  const headDim = width / heads;
  const layers = Array.from({length: encoderLayers}, (_, i) => {
    const name = `encoder.${i}`;
    const projection = (part: string) => reader.linear(`${name}.self_attn.${part}_proj`);
    return {
      attentionNorm: reader.norm(`${name}.attn_norm`),
      networkNorm: reader.norm(`${name}.mlp_norm`),
      q: projection("q"),
      k: projection("k"),
      v: projection("v"),
      out: projection("o"),
      network: reluNetwork(reader, name),
    };
  });
  const table = reader.table("embed_text");
  const last = reader.norm("encoder_norm");
  return (ids) => {
    const positions = Int32Array.from({length: ids.length}, (_, t) => t);
    let x = embed(table, width, ids);
    layers.forEach(({attentionNorm, networkNorm, q, k, v, out, network}, layer) => {
      const y = attentionNorm(x);
      const [queries, keys] = [q(y), k(y)];
      for (const rows of [queries, keys]) rotatePairs(rows, heads, headDim);
      const shape = {heads, kvHeads: heads, headDim, window: null, causal: false};
      const places = {queryPositions: positions, keyPositions: positions};
      const seen = backend.attention({layer, q: queries, keys, values: v(y), ...shape, ...places});
      x = sum(x, out(seen));
      x = sum(x, network(networkNorm(x)));
    });
    return last(x);
  };
}
