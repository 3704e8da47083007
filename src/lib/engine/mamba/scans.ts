import {type CausalConvInput, type CausalConvOutput, causalConv1dSilu} from "../scan/causal-conv1d.js";
import {type ChannelMeans, channelMeans} from "../scan/channel-means.js";
import type {ScanOutput, SelectiveScanInput} from "../scan/scan-input.js";
import {selectiveScan} from "../scan/selective-scan.js";
import {type SsdInput, ssd} from "../scan/ssd.js";

/**
 * The arithmetic of a state-space model between its linear layers, on float32. States stay in float64, so that a
 * sequence that is cut and carried on is the whole one.
 */
export interface Scans {
  causalConv1dSilu(input: CausalConvInput<Float32Array>): CausalConvOutput<Float32Array>;
  selectiveScan(input: SelectiveScanInput<Float32Array>): ScanOutput<Float32Array>;
  ssd(input: SsdInput<Float32Array>): ScanOutput<Float32Array>;
  channelMeans(input: SelectiveScanInput<Float32Array>): ChannelMeans;
}

/** The recurrences in float64, rounded to float32 once. */
export const referenceScans: Scans = {
  causalConv1dSilu: (input) => rounded(causalConv1dSilu(widened(input))),
  selectiveScan: (input) => rounded(selectiveScan(widened(input))),
  ssd: (input) => rounded(ssd(widened(input))),
  channelMeans,
};

type Widened<T> = {
  readonly [Key in keyof T]: T[Key] extends Float32Array | undefined ? Float64Array : T[Key];
};

function widened<T extends object>(input: T): Widened<T> {
  const entries = Object.entries(input).map(([key, value]) => [
    key,
    value instanceof Float32Array ? new Float64Array(value) : value,
  ]);
  return Object.fromEntries(entries);
}

function rounded({y, state}: ScanOutput): ScanOutput<Float32Array> {
  return {y: new Float32Array(y), state};
}
