/**
 * Activations of one and two bits under one learned scale, with the gradients by which the scale is learned.
 * (TBT, arXiv:2306.01841, section 3)
 */
import {roundHalfEven} from "../../formats/round.js";

/** Bits of an activation. */
export type ElasticBits = 1 | 2;

/** Parameters of elastic activations. */
export interface ElasticOptions {
  readonly bits: ElasticBits;
  /** False for what is never negative, as after a softmax: levels 0 and 1, or 0, 1 and 2 above the least value. */
  readonly isSigned: boolean;
}

/** Quantized activations. */
export interface Elastic {
  readonly values: Float32Array;
  /** Levels from the lowest to the highest; -1 and 1 for one bit with a sign. */
  readonly levels: Int8Array;
}

/** The least scale that is learned. */
const LEAST_SCALE = 1e-5;

const magnitudes = (x: Float32Array): number => x.reduce((sum, value) => sum + Math.abs(value), 0) / x.length;

/** The scale with which learning begins: 2 mean |x| with a sign, 4 mean |x| over the root of 2^bits - 1 without. */
export const elasticStart = (x: Float32Array, {bits, isSigned}: ElasticOptions): number =>
  magnitudes(x) * (isSigned ? 2 : 4 / Math.sqrt(2 ** bits - 1));

const offsetOf = (x: Float32Array, {bits, isSigned}: ElasticOptions): number =>
  isSigned || bits === 1 ? 0 : x.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);

const spanOf = ({bits, isSigned}: ElasticOptions): readonly [low: number, high: number] =>
  isSigned ? [-1, 1] : [0, bits];

function levelOf(ratio: number, {bits, isSigned}: ElasticOptions): number {
  if (bits === 1 && isSigned) return ratio < 0 ? -1 : 1;
  const [low, high] = spanOf({bits, isSigned});
  return Math.min(Math.max(roundHalfEven(ratio), low), high) + 0;
}

function requireScale(scale: number): void {
  if (!(scale > 0)) throw new RangeError(`elastic: scale must be above 0, got ${scale}`);
}

/**
 * Quantizes activations: levels times the scale. A sign has no 0, which counts as +, in the authors' code as 0.
 * @throws RangeError unless the scale is above 0.
 */
export function elastic(x: Float32Array, scale: number, options: ElasticOptions): Elastic {
  requireScale(scale);
  const a = Math.max(scale, LEAST_SCALE);
  const offset = offsetOf(x, options);
  const levels = Int8Array.from(x, (value) => levelOf((value - offset) / a, options));
  return {levels, values: Float32Array.from(levels, (level) => level * a + offset)};
}

/**
 * Gradients of x, which pass only inside the range, and of the scale: below and above the range the level there, inside the error of
 * rounding, over the root of numbers times the highest level.
 * @throws RangeError unless the scale is above 0.
 */
export function elasticGradients(
  grad: Float32Array,
  x: Float32Array,
  scale: number,
  options: ElasticOptions,
): {readonly x: Float32Array; readonly scale: number} {
  requireScale(scale);
  const a = Math.max(scale, LEAST_SCALE);
  const [low, high] = spanOf(options);
  const isSign = options.bits === 1 && options.isSigned;
  const offset = offsetOf(x, options);
  const passed = new Float32Array(x.length);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const ratio = (x[i] - offset) / a;
    const level = levelOf(ratio, options);
    const isInside = ratio > low && ratio < high;
    passed[i] = isInside ? grad[i] : 0;
    sum += grad[i] * (isInside && !isSign ? level - ratio : level);
  }
  return {x: passed, scale: sum / Math.sqrt(x.length * Math.max(1, high))};
}
