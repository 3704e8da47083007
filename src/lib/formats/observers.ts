/**
 * Observers: they watch calibration batches go by and end with the scales of a static integer quantizer.
 * An observer is a function (state, batch) => state; fold it over the batches, or use {@link observe}.
 */

import {sortedQuantile} from "../stats/quantile.js";
import {requireFraction, requireInteger} from "../tensor/require.js";
import {matrixSize, type Tensor} from "../tensor/tensor.js";
import {roundHalfEven} from "./round.js";

/** The range seen so far: one entry for the tensor, or one for each group of channels. A symmetric observer keeps |x|. */
export interface ObservedRange {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** The next state from the last one (null at first) and a batch [..., n]. Pure. */
export type Observer = (state: ObservedRange | null, batch: Tensor) => ObservedRange;

/** A static integer quantizer: value = (q - base) * scale, low <= q <= high. */
export interface QuantizationParameters {
  readonly scale: Float32Array;
  /** The zero point: the code of 0. */
  readonly base: Float32Array;
  readonly low: number;
  readonly high: number;
}

/** Options of a minimum and maximum observer. */
export interface MinmaxOptions {
  /** Watch |x| (default) or both ends apart. */
  readonly symmetric?: boolean;
  /** Channels of the last axis that share a range, such as the state dimension of an SSM group; default: all. */
  readonly groupSize?: number;
}

/** Options of a percentile observer. */
export interface PercentileOptions {
  readonly symmetric?: boolean;
  /** The quantile kept, in (0.5, 1]; 0.9995 is Quamba's for x and the state, 0.99999 its code's default. */
  readonly alpha?: number;
  /** Weight of a new batch in the moving average, in (0, 1]. */
  readonly sigma?: number;
}

/** Options of a range on its way to scales. */
export interface RangeOptions {
  readonly bits?: number;
  readonly symmetric?: boolean;
  /**
   * An asymmetric range on one side of zero is widened to it, since a zero point outside the codes would clip every value.
   * `observed` takes it as it is, as the code that comes with Quamba does.
   */
  readonly zero?: "within" | "observed";
  /** Shrinks the range: below 1 the ends are clipped. */
  readonly clipRatio?: number;
}

const MAGNITUDE_FLOOR = Math.fround(1e-5);
const SCALE_FLOOR = Math.fround(1e-6);

/**
 * The largest range over all batches, whatever their order; a symmetric magnitude is at least 1e-5.
 * @throws RangeError (the observer) if a batch is empty or not finite, or `groupSize` does not divide its rows.
 */
export function minmaxObserver({symmetric = true, groupSize}: MinmaxOptions = {}): Observer {
  return (state, batch) => {
    checkBatch("minmaxObserver", batch);
    const seen = groupExtremes(batch, groupSize ?? matrixSize(batch).columns, symmetric);
    if (state === null) return seen;
    return {
      low: seen.low.map((value, g) => Math.min(value, state.low[g])),
      high: seen.high.map((value, g) => Math.max(value, state.high[g])),
    };
  };
}

/**
 * A quantile of each batch, averaged with weight `sigma` from the second batch on: state += sigma (p - state). Symmetric:
 * the alpha quantile of |x|; else the alpha and 1 - alpha quantiles of x. Order statistics are interpolated linearly at
 * rank alpha (n - 1). (arXiv 2410.13229, section 4)
 * @throws RangeError if alpha or sigma is out of range, or (the observer) a batch is empty or not finite.
 */
export function percentileObserver({
  symmetric = true,
  alpha = 0.99999,
  sigma = 0.01,
}: PercentileOptions = {}): Observer {
  if (!(alpha > 0.5 && alpha <= 1)) {
    throw new RangeError(`percentileObserver: alpha must be above 0.5 and at most 1, got ${alpha}`);
  }
  requireFraction("percentileObserver", "sigma", sigma);
  return (state, batch) => {
    checkBatch("percentileObserver", batch);
    const sorted = (symmetric ? batch.data.map(Math.abs) : batch.data.slice()).sort();
    const low = symmetric ? 0 : f32Quantile(sorted, 1 - alpha);
    const high = f32Quantile(sorted, alpha);
    if (state === null) return {low: Float32Array.of(low), high: Float32Array.of(high)};
    const average = (old: number, now: number) =>
      Math.fround(old + Math.fround(Math.fround(sigma) * Math.fround(now - old)));
    return {
      low: Float32Array.of(average(state.low[0], low)),
      high: Float32Array.of(average(state.high[0], high)),
    };
  };
}

/**
 * An observer's state after some batches.
 * @throws RangeError if there are none.
 */
export function observe(observer: Observer, batches: Iterable<Tensor>): ObservedRange {
  let state: ObservedRange | null = null;
  for (const batch of batches) state = observer(state, batch);
  if (state === null) throw new RangeError("observe: at least one batch must be given, got none");
  return state;
}

/**
 * The quantizer of an observed range, in float32. Symmetric: s = max|x| / (2^(bits-1) - 1), base 0. Asymmetric:
 * s = max(high - low, 1e-5) / (2^bits - 1), base = round(-low / s) clamped to the codes. Scales are at least 1e-6.
 * Codes may use the full two's complement range. (arXiv 2410.13229)
 * @throws RangeError unless bits is an integer of 2 .. 16 and clipRatio is in (0, 1].
 */
export function quantizationParameters(
  {low, high}: ObservedRange,
  {bits = 8, symmetric = true, zero = "within", clipRatio = 1}: RangeOptions = {},
): QuantizationParameters {
  requireInteger("quantizationParameters", "bits", bits, 2, 16);
  requireFraction("quantizationParameters", "clipRatio", clipRatio);
  const ratio = Math.fround(clipRatio);
  const top = high.map((value) => value * ratio);
  if (symmetric) {
    const largest = 2 ** (bits - 1) - 1;
    const scale = top.map((value) => Math.max(SCALE_FLOOR, Math.fround(value / largest)));
    return {scale, base: new Float32Array(scale.length), low: -largest - 1, high: largest};
  }
  const largest = 2 ** bits - 1;
  const widened = zero === "within";
  const bottom = low.map((value) => ratio * (widened ? Math.min(0, value) : value));
  const ends = widened ? top.map((value) => Math.max(0, value)) : top;
  const step = ends.map((value, g) => Math.max(MAGNITUDE_FLOOR, Math.fround(value - bottom[g])) / largest);
  const base = step.map((s, g) => Math.min(largest, Math.max(0, roundHalfEven(Math.fround(-bottom[g] / s)))));
  return {scale: step.map((s) => Math.max(SCALE_FLOOR, s)), base, low: 0, high: largest};
}

function checkBatch(where: string, {data}: Tensor): void {
  if (data.length === 0) throw new RangeError(`${where}: a batch must not be empty`);
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new RangeError(`${where}: values must be finite, got ${data[i]} at index ${i}`);
    }
  }
}

function groupExtremes(batch: Tensor, groupSize: number, symmetric: boolean): ObservedRange {
  const {columns} = matrixSize(batch);
  if (!Number.isInteger(groupSize) || groupSize < 1 || columns % groupSize !== 0) {
    throw new RangeError(`minmaxObserver: groupSize must divide the row length ${columns}, got ${groupSize}`);
  }
  const groups = columns / groupSize;
  const low = new Float32Array(groups).fill(symmetric ? 0 : Number.POSITIVE_INFINITY);
  const high = new Float32Array(groups).fill(symmetric ? MAGNITUDE_FLOOR : Number.NEGATIVE_INFINITY);
  const {data} = batch;
  for (let from = 0, run = 0; from < data.length; from += groupSize, run++) {
    const group = run % groups;
    let [least, most] = [low[group], high[group]];
    for (let i = from; i < from + groupSize; i++) {
      const value = symmetric ? Math.abs(data[i]) : data[i];
      if (value > most) most = value;
      if (!symmetric && value < least) least = value;
    }
    low[group] = least;
    high[group] = most;
  }
  return {low, high};
}

const f32Quantile = (sorted: Float32Array, p: number): number => Math.fround(sortedQuantile(sorted, p));
