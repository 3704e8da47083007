import type {AttentionCall} from "../../engine/attention.js";
import type {EvictionRule} from "./eviction.js";
import {type HeadRows, placesOf} from "./head-rows.js";

/** Attention of one query of every head over the keys of its call, [heads, L]. */
export interface QueryAttention {
  readonly p: Float32Array;
  readonly call: Pick<AttentionCall, "heads" | "kvHeads" | "keyPositions">;
}

/** The attention of query i of a call, copied from the probabilities [heads, T, L] of the call. */
export function queryAttention(p: Float32Array, call: AttentionCall, i: number): QueryAttention {
  const {heads, keyPositions, queryPositions} = call;
  const [T, L] = [queryPositions.length, keyPositions.length];
  const own = new Float32Array(heads * L);
  for (let h = 0; h < heads; h++) own.set(p.subarray((h * T + i) * L, (h * T + i + 1) * L), h * L);
  return {p: own, call};
}

/** Adds the attention of queries to the scores of what the heads hold, in place. */
export function countAttention(
  queries: readonly QueryAttention[],
  held: readonly HeadRows[],
  {countedHeads}: Pick<EvictionRule, "countedHeads">,
): void {
  for (const {p, call} of queries) {
    const {heads, kvHeads, keyPositions} = call;
    const L = keyPositions.length;
    const ofLayer = countedHeads === "all of the layer";
    const share = ofLayer ? 1 / heads : 1;
    held.forEach(({rows, received}, g) => {
      const places = placesOf(rows, keyPositions);
      for (let h = 0; h < heads; h++) {
        if (!ofLayer && Math.floor((h * kvHeads) / heads) !== g) continue;
        for (let at = 0; at < received.length; at++) {
          // A key that came after the query has no place in its call.
          const place = places[at];
          if (place < L) received[at] = received[at] + share * p[h * L + place];
        }
      }
    });
  }
}
