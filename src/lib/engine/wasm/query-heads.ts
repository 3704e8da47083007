/** Several queries as one of more heads, so that keys and values are unpacked once for all. */

import type {AttentionCall} from "../attention.js";

/** A call without its keys and values, which stay packed. */
export type Queries = Omit<AttentionCall, "keys" | "values">;

/**
 * A call of several queries as one query whose heads are those of all: of each key head first those of the first token. A mask
 * hides from each what it may not see, by the order of the text and the window too.
 */
export function allQueries(call: Queries, positions: Int32Array): Queries {
  const {layer, q, queryPositions, keyPositions, kvHeads, headDim, observe, softcap, scale} = call;
  const queries = queryPositions.length;
  const heads = queries * call.heads;
  const together = new Float32Array(q.length);
  forHeads(call, (from, to) => {
    together.set(q.subarray(from * headDim, (from + 1) * headDim), to * headDim);
  });
  return {
    ...{layer, q: together, queryPositions: queryPositions.slice(-1), keyPositions},
    ...{heads, kvHeads, headDim, window: null, causal: false, mask: maskOfAll(call, positions)},
    ...(observe !== undefined && {observe}),
    ...(softcap !== undefined && {softcap}),
    ...(scale !== undefined && {scale}),
  };
}

/** The output of such a call, token after token. */
export function tokensOf(out: Float32Array, call: Queries): Float32Array {
  const {headDim} = call;
  const apart = new Float32Array(out.length);
  forHeads(call, (from, to) => {
    apart.set(out.subarray(to * headDim, (to + 1) * headDim), from * headDim);
  });
  return apart;
}

/** Calls back with the place of each head of each token, [T, heads], and that among the heads of one query. */
function forHeads(
  {heads, kvHeads, queryPositions: {length: queries}}: Queries,
  visit: (from: number, to: number, token: number, head: number) => void,
): void {
  const group = heads / kvHeads;
  for (let token = 0; token < queries; token++) {
    for (let head = 0; head < heads; head++) {
      const key = Math.floor(head / group);
      visit(token * heads + head, (key * queries + token) * group + (head % group), token, head);
    }
  }
}

function maskOfAll(call: Queries, positions: Int32Array): Uint8Array {
  const {queryPositions, window, causal = true, mask, heads} = call;
  const [queries, keys] = [queryPositions.length, positions.length];
  const all = new Uint8Array(queries * heads * keys);
  forHeads(call, (_, to, token, head) => {
    const query = queryPositions[token];
    // One mask may stand for all heads.
    const row = (mask?.length === queries * keys ? token : head * queries + token) * keys;
    for (let key = 0; key < keys; key++) {
      const isBefore = !causal || positions[key] <= query;
      const isNear = window === null || positions[key] > query - window;
      if (isBefore && isNear) all[to * keys + key] = mask?.[row + key] ?? 1;
    }
  });
  return all;
}
