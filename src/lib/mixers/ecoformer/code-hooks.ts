import type {AttentionCall} from "../../engine/attention.js";
import type {Hooks} from "../../engine/hooks.js";
import {type CodedHead, linearCodeAttention} from "./code-attention.js";
import {type HashFunction, hashCodes} from "./hash-function.js";
import {unitRows} from "./kernel-map.js";

/** Queries or keys and values of one head of a call. */
export interface HeadVectors {
  /** [queries, headDim] */
  readonly q: Float64Array;
  /** [keys, headDim] */
  readonly k: Float64Array;
  readonly v: Float64Array;
}

/** The vectors of one head of a call; heads of a group share keys and values. */
export function headVectors(call: AttentionCall, head: number): HeadVectors {
  const {q, keys, values, heads, kvHeads, headDim} = call;
  const shared = Math.floor(head / (heads / kvHeads));
  return {
    q: headRows(q, heads, head, headDim),
    k: headRows(keys, kvHeads, shared, headDim),
    v: headRows(values, kvHeads, shared, headDim),
  };
}

const headRows = (x: Float32Array, heads: number, head: number, headDim: number): Float64Array =>
  Float64Array.from(
    {length: x.length / heads},
    (_, at) => x[(Math.floor(at / headDim) * heads + head) * headDim + (at % headDim)],
  );

/** Hash functions of a layer's heads. */
export type LayerHashes = readonly HashFunction[];

/**
 * Attention over codes in place of softmax in the layers that have hash functions. A query sees every earlier key: windows,
 * masks and soft caps are not followed.
 */
export function codeHooks(
  hashes: ReadonlyMap<number, LayerHashes>,
  bias: NonNullable<CodedHead["bias"]> = "all values",
): Hooks {
  return {
    attention(call, plain) {
      const own = hashes.get(call.layer);
      return own === undefined ? plain(call) : codedCall(call, own, bias);
    },
  };
}

function codedCall(
  call: AttentionCall,
  hashes: LayerHashes,
  bias: NonNullable<CodedHead["bias"]>,
): Float32Array {
  const {heads, headDim} = call;
  const out = new Float32Array(call.q.length);
  hashes.forEach((hash, head) => {
    const {q, k, v} = headVectors(call, head);
    const {output} = linearCodeAttention({
      queries: hashCodes(unitRows(q, headDim), hash),
      keys: hashCodes(unitRows(k, headDim), hash),
      values: v,
      bits: hash.bits,
      valueWidth: headDim,
      causal: true,
      bias,
    });
    for (let i = 0; i < call.queryPositions.length; i++)
      out.set(output.subarray(i * headDim, (i + 1) * headDim), (i * heads + head) * headDim);
  });
  return out;
}
