import {cyclicOffset} from "../../engine/attamba/chunk-ends.js";
import {requireInteger} from "../../tensor/require.js";

/** A text of known length, cut into chunks for one layer of a model. */
export interface ChunkedText {
  /** Tokens of a chunk; written P. */
  readonly tokenChunk: number;
  readonly layer: number;
  readonly layers: number;
  /** Written S. */
  readonly tokens: number;
}

/**
 * Places of the tokens that end a chunk as the released code sets them: every `tokenChunk`-th, earlier by the layer's cyclic
 * offset, 0 before them, and the last of them moved to the end of the text. So the last chunk may be almost twice as long,
 * and its ends depend on how long the text is, which nobody knows who is writing it: a decoder takes {@link cyclicEnds}.
 * Source: https://github.com/abdelfattah-lab/attamba, lingua/transformer.py, `precompute_boundaries`.
 * @throws RangeError for a count below 1, or a layer that the model does not have.
 */
export function releasedBoundaries({tokenChunk, layer, layers, tokens}: ChunkedText): Int32Array {
  requireInteger("releasedBoundaries", "tokenChunk", tokenChunk, 1);
  requireInteger("releasedBoundaries", "layers", layers, 1);
  requireInteger("releasedBoundaries", "tokens", tokens, 1);
  requireInteger("releasedBoundaries", "layer", layer, 0, layers - 1);
  const first = tokenChunk - 1 - cyclicOffset({tokenChunk, layers}, layer);
  const ends: number[] = [];
  for (let end = first; end < tokens; end += tokenChunk) ends.push(end);
  if (ends[0] !== 0) ends.unshift(0);
  ends[ends.length - 1] = tokens - 1;
  return Int32Array.from(ends);
}

/**
 * The place of every token in its chunk, from 0.
 * @param ends places of the tokens that end a chunk, ascending; the last is the end of the text
 */
export function placesInChunks(ends: ArrayLike<number>, tokens: number): Int32Array {
  const places = new Int32Array(tokens);
  let [chunk, start] = [0, 0];
  for (let t = 0; t < tokens; t++) {
    places[t] = t - start;
    if (t !== ends[chunk]) continue;
    chunk += 1;
    start = t + 1;
  }
  return places;
}

/**
 * Keys that each query may see, [tokens, tokens]: 1 for ends of chunks before it, for its last `leading` tokens, and for itself.
 * (Attamba, arXiv:2411.17685, section 3.2)
 */
export function chunkMask(ends: ArrayLike<number>, tokens: number, leading: number): Uint8Array {
  const mask = new Uint8Array(tokens * tokens);
  for (let t = 0; t < tokens; t++) {
    const row = t * tokens;
    for (let i = 0; i < ends.length; i++) if (ends[i] < t) mask[row + ends[i]] = 1;
    mask.fill(1, row + Math.max(0, t - leading), row + t + 1);
  }
  return mask;
}
