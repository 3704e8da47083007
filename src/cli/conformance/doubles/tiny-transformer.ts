/** The small transformer in float64 with which golden files of block caches are run. */

import type {MaskedModel, Span} from "../../../lib/diffusion/masked-text.js";
import {softmax} from "../../../lib/tensor/softmax.js";
import type {GoldenInput, GoldenTensor} from "../op.js";

/** A matrix [rows, columns]. */
interface Matrix {
  readonly data: ArrayLike<number>;
  readonly columns: number;
}

interface Layer {
  readonly wq: Matrix;
  readonly wk: Matrix;
  readonly wv: Matrix;
  readonly wo: Matrix;
  readonly w1: Matrix;
  readonly w2: Matrix;
}

/**
 * h = E[x] + pos; in each layer h += softmax(q K^T / sqrt(dh)) V Wo over all kept keys, then h += relu(h W1) W2; logits
 * h U + b. Keys and values of a position stay until it is fed again.
 */
export function tinyTransformer(
  args: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, GoldenInput | readonly GoldenInput[]>>,
): MaskedModel {
  const matrix = (name: string): Matrix => {
    const {data, shape} = inputs[name] as GoldenTensor;
    return {data, columns: shape[shape.length - 1]};
  };
  const [embedding, positions, head, bias] = ["E", "pos", "U", "b"].map(matrix);
  const layers = Array.from({length: Number(args.layers)}, (_, n): Layer => {
    const of = (part: string) => matrix(`layer${n}_${part}`);
    return {wq: of("Wq"), wk: of("Wk"), wv: of("Wv"), wo: of("Wo"), w1: of("W1"), w2: of("W2")};
  });
  const heads = Number(args.heads);
  return {
    vocabSize: head.columns,
    maskToken: Number(args.mask_id),
    open() {
      const caches = layers.map(() => ({keys: [] as Float64Array[], values: [] as Float64Array[]}));
      return {
        predict(x, span) {
          let h = embedded(x, span);
          layers.forEach((layer, n) => {
            const {keys, values} = caches[n];
            h.forEach((row, i) => {
              keys[span.from + i] = times(row, layer.wk);
              values[span.from + i] = times(row, layer.wv);
            });
            h = h.map((row) => plus(row, times(attend(times(row, layer.wq), keys, values, heads), layer.wo)));
            h = h.map((row) => plus(row, times(times(row, layer.w1).map(relu), layer.w2)));
          });
          const logits = h.flatMap((row) => Array.from(plus(times(row, head), rowOf(bias, 0))));
          return {logits, fed: span};
        },
      };
    },
  };

  function embedded(x: readonly number[], {from, to}: Span): Float64Array[] {
    return Array.from({length: to - from}, (_, i) =>
      plus(rowOf(embedding, x[from + i]), rowOf(positions, from + i)),
    );
  }
}

const relu = (value: number) => Math.max(0, value);
const plus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]);

const rowOf = ({data, columns}: Matrix, row: number) =>
  Float64Array.from({length: columns}, (_, i) => data[row * columns + i]);

function times(x: Float64Array, {data, columns}: Matrix): Float64Array {
  const y = new Float64Array(columns);
  for (let i = 0; i < x.length; i++) for (let j = 0; j < columns; j++) y[j] += x[i] * data[i * columns + j];
  return y;
}

function attend(
  q: Float64Array,
  keys: readonly Float64Array[],
  values: readonly Float64Array[],
  heads: number,
): Float64Array {
  const width = q.length / heads;
  const out = new Float64Array(q.length);
  for (let start = 0; start < q.length; start += width) {
    const dot = (key: Float64Array) => {
      let sum = 0;
      for (let i = start; i < start + width; i++) sum += q[i] * key[i];
      return sum / Math.sqrt(width);
    };
    const p = softmax(keys.map(dot));
    values.forEach((value, j) => {
      for (let i = start; i < start + width; i++) out[i] += p[j] * value[i];
    });
  }
  return out;
}
