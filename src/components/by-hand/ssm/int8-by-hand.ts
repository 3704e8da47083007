import {minmaxObserver, type Observer, percentileObserver} from "../../../lib/formats/observers.js";
import {staticQuantizer} from "../../../lib/ssm/quantize/int8-quantizers.js";
import {hadamard} from "../../../lib/tensor/hadamard.js";

/** Ordinary values of a scan's input; the reader adds one that is large. */
export const ORDINARY = [0.3, -0.5, 0.8, 0.1, -0.2, 0.6, -0.9, 0.4] as const;

/** Values that stand beside a large one in a row of four. */
export const THREE = [0.4, -0.7, 0.2] as const;

/** Values in int8 with one scale, and what is left of them. */
export interface Int8Row {
  /** Value of the largest code, over 127. */
  readonly step: number;
  readonly codes: readonly number[];
  readonly left: readonly number[];
}

/** The values with the scale that an observer finds on them. */
function int8(values: readonly number[], observer: Observer): Int8Row {
  const x = {shape: [1, values.length], data: Float32Array.from(values)};
  const quantizer = staticQuantizer(observer);
  quantizer.observe(x);
  const packed = quantizer.encode(x);
  const codes = Array.from(new Int8Array(packed.parts.codes.slice().buffer));
  const left = Array.from(quantizer.decode(packed).data);
  const one = quantizer.decode({...packed, parts: {codes: new Uint8Array(values.length).fill(1)}});
  return {step: one.data[0], codes, left};
}

/** The ordinary values and a large one, with a scale made for the largest or for a quantile of the magnitudes. */
export function clipByHand(largest: number, alpha: number) {
  const values = [...ORDINARY, largest];
  return {values, whole: int8(values, minmaxObserver()), clipped: int8(values, percentileObserver({alpha}))};
}

/** Three values and a large one, in int8 as they are and in Hadamard space; `back` is what is left, transformed back. */
export function hadamardByHand(largest: number) {
  const values = [...THREE, largest];
  const turn = (row: readonly number[]) =>
    Array.from(hadamard({shape: [1, row.length], data: Float32Array.from(row)}).data);
  const turned = turn(values);
  const rotated = int8(turned, minmaxObserver());
  return {values, plain: int8(values, minmaxObserver()), turned, rotated, back: turn(rotated.left)};
}
