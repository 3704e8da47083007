import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {embed} from "../../engine/residual-stream.js";
import type {Tensor} from "../../tensor/tensor.js";
import {MOST_TOKENS} from "./segmentation.js";

/** Gives one input of the first layer, [hidden], for the tokens of a group. */
export type Embedder = (tokens: readonly number[]) => Float32Array;

/**
 * The compositional embedder: the mean of a group's embeddings and what attention finds in them, the mean its query, each
 * key and value made of an embedding and a learned place in the group, hidden / 2. (HAMburger, arXiv:2505.20438)
 * @param read gives a trained tensor by name and shape
 */
export function groupEmbedder(
  read: (name: string, shape: readonly number[]) => Tensor,
  {backend, embedding, config: {hiddenSize: n, heads, embeddingScale}}: Decoder,
): Embedder {
  const half = Math.floor(n / 2);
  const places = read("embedder.position", [MOST_TOKENS, half]).data;
  const linear = (name: string, inputs: number) =>
    backend.linear(read(`embedder.${name}.weight`, [n, inputs]), read(`embedder.${name}.bias`, [n]).data);
  const [q, out] = [linear("q_proj", n), linear("out_proj", n)];
  const [k, v] = [linear("k_proj", n + half), linear("v_proj", n + half)];
  return (tokens) => {
    const rows = embed(embedding, n, tokens).map((value) => value * embeddingScale);
    const mean = meanRow(rows, n);
    const placed = withPlaces(rows, n, places, half);
    const update = out(
      backend.attention({
        layer: -1,
        q: q(mean),
        keys: k(placed),
        values: v(placed),
        heads,
        kvHeads: heads,
        headDim: n / heads,
        queryPositions: Int32Array.of(tokens.length),
        keyPositions: Int32Array.from(tokens, (_, place) => place),
        window: null,
      }),
    );
    return mean.map((value, i) => value + update[i]);
  };
}

function meanRow(rows: Float32Array, n: number): Float32Array {
  const count = rows.length / n;
  return Float32Array.from({length: n}, (_, i) => {
    let sum = 0;
    for (let at = i; at < rows.length; at += n) sum += rows[at];
    return sum / count;
  });
}

/** Each row followed by that of its place. */
function withPlaces(rows: Float32Array, n: number, places: Float32Array, half: number): Float32Array {
  const count = rows.length / n;
  const placed = new Float32Array(count * (n + half));
  for (let row = 0; row < count; row++) {
    placed.set(rows.subarray(row * n, (row + 1) * n), row * (n + half));
    placed.set(places.subarray(row * half, (row + 1) * half), row * (n + half) + n);
  }
  return placed;
}
