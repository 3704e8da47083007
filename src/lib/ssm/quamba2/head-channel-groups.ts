/**
 * Integer quantization of a scan's input and state with one scale for each group of channels in a group of heads: after
 * Quamba2 has sorted and clustered them, what shares a scale is of one magnitude. (arXiv 2503.22879, section 4)
 */

import {roundHalfEven} from "../../formats/round.js";
import {requireFraction, requireInteger} from "../../tensor/require.js";
import type {Tensor} from "../../tensor/tensor.js";

/** Groups of heads and channels, by the end of each; SSD groups hold equally many heads. */
export interface HeadChannelGroups {
  /** For each SSD group the ends of its head groups, counted from its first head, [G][Hg]. */
  readonly headEnds: readonly (readonly number[])[];
  /** For each head group the ends of its channel groups, [G][Hg][Pg]. */
  readonly channelEnds: readonly (readonly (readonly number[])[])[];
}

/** Codes of two's complement and the scales they are multiplied with. */
export interface GroupedInts {
  readonly shape: readonly number[];
  readonly codes: Int8Array;
  /** [G, Hg, Pg], of a state [G, Hg, Pg, N]. */
  readonly scales: Float32Array;
}

/** Rule by which a group becomes integers. */
export interface GroupedIntOptions {
  readonly bits?: number;
  /** Multiplies the largest magnitude: below 1 it clips. */
  readonly clipRatio?: number;
  /** Scales fixed by calibration instead of the tensor's own. */
  readonly scales?: Float32Array;
}

/**
 * The scan input x [..., H, P] with a scale for each head group's channel groups: s = max(max|x|, 1e-5) / (2^(bits-1) - 1),
 * q = clamp(round(x / s)) in float32, ties to even. (arXiv 2503.22879, section 4)
 * @throws RangeError if the groups do not make up H heads of P channels, x is not finite, or an option is out of range.
 */
export function quantizeHeadChannels(
  x: Tensor,
  groups: HeadChannelGroups,
  options: GroupedIntOptions = {},
): GroupedInts {
  const [heads, headDim] = x.shape.slice(-2);
  const {of, count} = channelGroups("quantizeHeadChannels", groups, heads, headDim);
  return quantize("quantizeHeadChannels", x, (i) => of[i % of.length], count, options, {
    scaleOf: (amax, largest) => Math.fround(Math.fround(Math.max(amax, AMAX_FLOOR)) / largest),
    quotient: (value, scale) => Math.fround(value / scale),
  });
}

/**
 * The state [..., H, P, N] of a scan with a scale for each of these groups and each of the N numbers of state:
 * s = max(max|h| / (2^(bits-1) - 1), 1e-6), q = clamp(round(h / s)), the quotient in float64. (arXiv 2503.22879, section 4)
 * @throws RangeError as {@link quantizeHeadChannels}.
 */
export function quantizeStates(
  state: Tensor,
  groups: HeadChannelGroups,
  options: GroupedIntOptions = {},
): GroupedInts {
  const [heads, headDim, N] = state.shape.slice(-3);
  const {of, count} = channelGroups("quantizeStates", groups, heads, headDim);
  const groupOf = (i: number) => of[Math.floor(i / N) % of.length] * N + (i % N);
  return quantize("quantizeStates", state, groupOf, count * N, options, {
    scaleOf: (amax, largest) => Math.max(Math.fround(amax / largest), SCALE_FLOOR),
    quotient: (value, scale) => value / scale,
  });
}

/** The values codes * scale of either, in float32; `groups` are those it was quantized with. */
export function dequantizeGroups(
  {shape, codes, scales}: GroupedInts,
  groups: HeadChannelGroups,
  kind: "input" | "state",
): Tensor {
  const axes = kind === "input" ? shape.slice(-2) : shape.slice(-3);
  const [heads, headDim, N = 1] = axes;
  const {of} = channelGroups("dequantizeGroups", groups, heads, headDim);
  const data = new Float32Array(codes.length);
  for (let i = 0; i < data.length; i++) {
    data[i] = codes[i] * scales[of[Math.floor(i / N) % of.length] * N + (i % N)];
  }
  return {shape: [...shape], data};
}

const AMAX_FLOOR = Math.fround(1e-5);
const SCALE_FLOOR = Math.fround(1e-6);

interface Rule {
  readonly scaleOf: (amax: number, largest: number) => number;
  readonly quotient: (value: number, scale: number) => number;
}

function quantize(
  where: string,
  {shape, data}: Tensor,
  groupOf: (index: number) => number,
  count: number,
  {bits = 8, clipRatio = 1, scales: fixed}: GroupedIntOptions,
  {scaleOf, quotient}: Rule,
): GroupedInts {
  checkOptions(where, bits, clipRatio, fixed, count);
  const amax = new Float32Array(count);
  for (let i = 0; i < data.length; i++) {
    const magnitude = Math.abs(data[i]);
    if (!(magnitude < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${where}: values must be finite, got ${data[i]} at index ${i}`);
    }
    const group = groupOf(i);
    if (magnitude > amax[group]) amax[group] = magnitude;
  }
  const largest = 2 ** (bits - 1) - 1;
  const ratio = Math.fround(clipRatio);
  const scales = fixed?.slice() ?? amax.map((value) => scaleOf(Math.fround(value * ratio), largest));
  const codes = new Int8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const q = roundHalfEven(quotient(data[i], scales[groupOf(i)]));
    codes[i] = Math.max(-largest - 1, Math.min(largest, q));
  }
  return {shape: [...shape], codes, scales};
}

function checkOptions(
  where: string,
  bits: number,
  clipRatio: number,
  fixed: Float32Array | undefined,
  count: number,
): void {
  requireInteger(where, "bits", bits, 2, 8);
  requireFraction(where, "clipRatio", clipRatio);
  if (fixed !== undefined && fixed.length !== count) {
    throw new RangeError(`${where}: scales must hold ${count} numbers, got ${fixed.length}`);
  }
}

/** The number of the group of every channel of every head, [H * P], and how many groups there are. */
function channelGroups(
  where: string,
  {headEnds, channelEnds}: HeadChannelGroups,
  heads: number,
  headDim: number,
): {readonly of: Int32Array; readonly count: number} {
  const perGroup = heads / headEnds.length;
  const of = new Int32Array(heads * headDim);
  let [count, at] = [0, 0];
  headEnds.forEach((ends, g) => {
    checkEnds(where, "headEnds", ends, perGroup);
    ends.forEach((end, headGroup) => {
      const channels = channelEnds[g]?.[headGroup] ?? [];
      checkEnds(where, "channelEnds", channels, headDim);
      for (let head = ends[headGroup - 1] ?? 0; head < end; head++) {
        for (let p = 0; p < headDim; p++) of[at++] = count + channels.findIndex((last) => p < last);
      }
      count += channels.length;
    });
  });
  return {of, count};
}

function checkEnds(where: string, name: string, ends: readonly number[], total: number): void {
  const ascends = ends.every((end, i) => end >= (ends[i - 1] ?? 0));
  if (ends.length === 0 || !ascends || ends.at(-1) !== total) {
    throw new RangeError(`${where}: ${name} must ascend to ${total}, got [${ends.join(", ")}]`);
  }
}
