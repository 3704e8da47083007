/** Products of a whole model by another arithmetic, handed to the engine as a backend. */
import {type AttentionCall, seenRows} from "../../engine/attention.js";
import type {Backend} from "../../engine/backend.js";
import {castValue} from "../../formats/cast.js";
import type {FloatElement} from "../../formats/element.js";
import {softmaxInPlace} from "../../tensor/softmax.js";
import {addedBits, lmulDot, roundMantissas} from "./lmul.js";

/** An arithmetic of sums of products. `P` is the form in which it reads numbers. */
export interface Multiplier<P> {
  read(x: Float32Array): P;
  /** The sum of `length` products of a from `aFrom` on with b from `bFrom` on. */
  dot(a: P, aFrom: number, b: P, bFrom: number, length: number): number;
}

const largestMagnitude = (x: Float32Array) => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Products by integer additions of float32 bits whose mantissas are rounded first; `places` as in `lmul`. */
export function lmulMultiplier(mantissaBits: number, places: number | null): Multiplier<Int32Array> {
  const added = addedBits(places);
  return {
    read: (x) => roundMantissas(x, mantissaBits),
    dot: (a, aFrom, b, bFrom, length) => lmulDot(a, aFrom, b, bFrom, length, added),
  };
}

/** Exact products of numbers that are rounded to an element first, under one scale a tensor: amax meets its largest value. */
export function roundedMultiplier(element: FloatElement): Multiplier<Float32Array> {
  return {
    read(x) {
      const scale = largestMagnitude(x) / element.max;
      return scale === 0 ? x : x.map((value) => scale * castValue(element, value / scale));
    },
    dot(a, aFrom, b, bFrom, length) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += a[aFrom + i] * b[bFrom + i];
      return sum;
    },
  };
}

/** Products that another arithmetic takes over: those of queries, keys and values, or all. */
export type Reach = "attention" | "all";

/** A backend that takes its sums of products, of attention or all, from a multiplier; the rest stays as it is. */
export function multiplierBackend<P>(base: Backend, multiplier: Multiplier<P>, reach: Reach): Backend {
  return {
    ...base,
    name: `${base.name} with another product`,
    attention: (call) => attentionBy(multiplier, call),
    ...(reach === "all" && {
      linear: ({shape: [outputs, inputs], data}, bias) => {
        const w = multiplier.read(data);
        return (x) =>
          linearBy(multiplier, multiplier.read(x), w, {tokens: x.length / inputs, outputs, inputs, bias});
      },
    }),
  };
}

interface LinearSize {
  readonly tokens: number;
  readonly outputs: number;
  readonly inputs: number;
  readonly bias: Float32Array | null;
}

function linearBy<P>(
  {dot}: Multiplier<P>,
  x: P,
  w: P,
  {tokens, outputs, inputs, bias}: LinearSize,
): Float32Array {
  const y = new Float32Array(tokens * outputs);
  for (let t = 0; t < tokens; t++) {
    for (let o = 0; o < outputs; o++) {
      y[t * outputs + o] = dot(x, t * inputs, w, o * inputs, inputs) + (bias?.[o] ?? 0);
    }
  }
  return y;
}

/** Keys of one head [keys, width], and its values transposed [width, keys]. */
function headOf({keys, values, kvHeads, headDim, keyPositions}: AttentionCall, kvHead: number) {
  const count = keyPositions.length;
  const [k, v] = [new Float32Array(count * headDim), new Float32Array(count * headDim)];
  for (let key = 0; key < count; key++) {
    for (let c = 0; c < headDim; c++) {
      const from = (key * kvHeads + kvHead) * headDim + c;
      k[key * headDim + c] = keys[from];
      v[c * count + key] = values[from];
    }
  }
  return {k, v};
}

/** Softmax attention whose sums of products are the multiplier's; what an observer asks for is not given. */
function attentionBy<P>({read, dot}: Multiplier<P>, call: AttentionCall): Float32Array {
  const {q, heads, kvHeads, headDim, queryPositions, keyPositions, softcap} = call;
  const {scale = 1 / Math.sqrt(headDim)} = call;
  const [queries, keys] = [queryPositions.length, keyPositions.length];
  const out = new Float32Array(queries * heads * headDim);
  const asked = read(q);
  const seen = new Int32Array(keys);
  const scores = new Float64Array(keys);
  for (let h = 0; h < heads; h++) {
    const head = headOf(call, Math.floor(h / (heads / kvHeads)));
    const [k, v] = [read(head.k), read(head.v)];
    for (let i = 0; i < queries; i++) {
      const query = (i * heads + h) * headDim;
      const count = seenRows(seen, call, h, i);
      for (let n = 0; n < count; n++) {
        const score = scale * dot(asked, query, k, seen[n] * headDim, headDim);
        scores[n] = softcap === undefined ? score : softcap * Math.tanh(score / softcap);
      }
      softmaxInPlace(scores, 0, count);
      const shares = new Float32Array(keys);
      for (let n = 0; n < count; n++) shares[seen[n]] = scores[n];
      const p = read(shares);
      for (let c = 0; c < headDim; c++) out[query + c] = dot(p, 0, v, c * keys, keys);
    }
  }
  return out;
}
