import type {ChunkEnds, ChunkShape} from "../../engine/attamba/chunk-ends.js";
import {randomStream} from "../../tensor/random.js";
import {requireInteger} from "../../tensor/require.js";

/**
 * Ends of chunks of random length: every layer cuts as many chunks of a text of `tokens` as a rule of equal ones, at places
 * that are drawn anew for it. Beyond `tokens` every token ends a chunk. (Attamba, arXiv:2411.17685, section 4.3)
 * @throws RangeError if a size is below 1.
 */
export function randomEnds({tokenChunk, layers}: ChunkShape, tokens: number, seed: number): ChunkEnds {
  requireInteger("randomEnds", "tokenChunk", tokenChunk, 1);
  requireInteger("randomEnds", "tokens", tokens, 1);
  const count = Math.floor(tokens / tokenChunk);
  const places = Array.from({length: layers}, (_, layer) => {
    const stream = randomStream(seed, `attamba/ends/${layer}`);
    const order = Array.from({length: tokens - 1}, (_, i) => ({place: i + 1, key: stream.uniform()}));
    order.sort((a, b) => a.key - b.key);
    return new Set([0, ...order.slice(0, count).map(({place}) => place)]);
  });
  return (layer, position) => position >= tokens || places[layer].has(position);
}
