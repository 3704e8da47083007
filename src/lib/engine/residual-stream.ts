/** Parts that the forward passes of all architectures share: the ids, the embedding, the stream and its observers. */

/** @throws RangeError if there are no ids, or an id is no integer in [0, vocabSize). */
export function checkIds(ids: readonly number[], vocabSize: number): void {
  if (ids.length === 0) throw new RangeError("forward: ids must hold at least one token, got none");
  for (const id of ids) {
    if (Number.isInteger(id) && id >= 0 && id < vocabSize) continue;
    throw new RangeError(`forward: every id must be an integer from 0 to ${vocabSize - 1}, got ${id}`);
  }
}

/** The rows of an embedding [vocab, n] for some ids, [T, n]. */
export function embed(embedding: Float32Array, n: number, ids: readonly number[]): Float32Array {
  const h = new Float32Array(ids.length * n);
  ids.forEach((id, t) => {
    h.set(embedding.subarray(id * n, (id + 1) * n), t * n);
  });
  return h;
}

/** a + b, element by element, as a new array. */
export function add(a: Float32Array, b: Float32Array): Float32Array {
  const sum = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) sum[i] = a[i] + b[i];
  return sum;
}

/** x times a factor; x itself where that is 1. */
export function scaled(x: Float32Array, factor: number): Float32Array {
  return factor === 1 ? x : x.map((value) => value * factor);
}

/** Sees tensors [rows, x.length / rows] by site and layer, -1 outside the layers, and may give others to go on with. */
export interface Watcher<Site extends string> {
  tensor?(site: Site, layer: number, x: Float32Array, rows: number): Float32Array | undefined;
}

/**
 * Lets the hook see x and, if it gives another tensor, goes on with that.
 * @throws RangeError if that has another length.
 */
export function seen<Site extends string>(
  hooks: Watcher<Site> | undefined,
  site: Site,
  layer: number,
  x: Float32Array,
  rows: number,
): Float32Array {
  const changed = hooks?.tensor?.(site, layer, x, rows);
  if (changed === undefined) return x;
  if (changed.length === x.length) return changed;
  throw new RangeError(
    `forward: the tensor hook must give ${x.length} values for ${site}, got ${changed.length}`,
  );
}
