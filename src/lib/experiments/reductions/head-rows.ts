import type {AttentionCall} from "../../engine/attention.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {recordPrefill} from "../../evaluate/recorded-prefill.js";
import type {AttentionRow} from "../../reductions/attention-row.js";

/** One query of one head with the keys and values before it. */
export interface HeadQuery {
  readonly layer: number;
  readonly head: number;
  /** Scaled query [e]. */
  readonly q: Float64Array;
  /** [keys, e] */
  readonly k: Float64Array;
  readonly row: AttentionRow;
}

/** Questions to every head of a model at the end of a text: a query and as many keys and values as the text has tokens. */
export function lastQueries(model: Decoder, ids: readonly number[]): HeadQuery[] {
  return recordPrefill(model, ids).calls.flatMap((call) =>
    Array.from({length: call.heads}, (_, head) => lastQuery(call, head)),
  );
}

function lastQuery(call: AttentionCall, head: number): HeadQuery {
  const {layer, heads, kvHeads, headDim, scale = 1 / Math.sqrt(headDim)} = call;
  const keys = call.keyPositions.length;
  const at = (call.queryPositions.length - 1) * heads + head;
  const q = Float64Array.from(call.q.subarray(at * headDim, (at + 1) * headDim), (value) => value * scale);
  const of = Math.floor(head / (heads / kvHeads));
  const [k, values] = [call.keys, call.values].map((x) =>
    Float64Array.from({length: keys * headDim}, (_, i) => {
      const [key, channel] = [Math.floor(i / headDim), i % headDim];
      return x[(key * kvHeads + of) * headDim + channel];
    }),
  );
  return {layer, head, q, k, row: {scores: scoresOf(q, k), values, width: headDim}};
}

function scoresOf(q: Float64Array, k: Float64Array): Float64Array {
  return Float64Array.from({length: k.length / q.length}, (_, key) =>
    q.reduce((sum, value, channel) => sum + value * k[key * q.length + channel], 0),
  );
}

/** The first keys of a query. */
export function firstKeys({q, k, row, ...place}: HeadQuery, keys: number): HeadQuery {
  const {scores, values, width} = row;
  return {
    ...place,
    q,
    k: k.slice(0, keys * q.length),
    row: {scores: scores.slice(0, keys), values: values.slice(0, keys * width), width},
  };
}
