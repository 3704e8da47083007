import {softplus} from "../../tensor/activation.js";
import type {SelectiveScanInput} from "./scan-input.js";

/** Means of a scan's inputs over the channels of each group, [L, G] each. */
export interface ChannelMeans {
  readonly u: Float32Array;
  /** Of the time steps behind bias and softplus. */
  readonly steps: Float32Array;
}

/** Channels of a group. */
export const groupWidth = ({channels, groups = 1}: SelectiveScanInput<Float32Array>): number =>
  channels / groups;

/** Means over runs of `width` numbers. */
export function runMeans(x: Float32Array, width: number): Float32Array {
  return Float32Array.from({length: x.length / width}, (_, i) => {
    let sum = 0;
    for (let at = i * width; at < (i + 1) * width; at++) sum += x[at];
    return sum / width;
  });
}

/** The means that one scan of a mean channel runs on; sums in float64, rounded once. */
export function channelMeans(input: SelectiveScanInput<Float32Array>): ChannelMeans {
  const {channels, u, delta, deltaBias, deltaSoftplus = true, softplusThreshold} = input;
  const steps = delta.map((value, i) => {
    const step = value + (deltaBias?.[i % channels] ?? 0);
    return deltaSoftplus ? softplus(step, softplusThreshold) : step;
  });
  const width = groupWidth(input);
  return {u: runMeans(u, width), steps: runMeans(steps, width)};
}
