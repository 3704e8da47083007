import type {Scans} from "../../engine/mamba/scans.js";
import {groupWidth, runMeans} from "../../engine/scan/channel-means.js";
import type {SelectiveScanInput} from "../../engine/scan/scan-input.js";
import {silu} from "../../tensor/activation.js";

/** A scan's input in float32. */
export type ScanInput = SelectiveScanInput<Float32Array>;

/** Mean decay rates [G, N]. */
function meanRates(input: ScanInput): Float32Array {
  const {A, stateSize, groups = 1} = input;
  const width = groupWidth(input);
  return Float32Array.from({length: groups * stateSize}, (_, i) => {
    const first = Math.floor(i / stateSize) * width * stateSize + (i % stateSize);
    let sum = 0;
    for (let d = 0; d < width; d++) sum += A[first + d * stateSize];
    return sum / width;
  });
}

/** One scan of the mean channel of each group: u, time steps and rates are means, B and C have no channels. [L, G] */
export function scanOfMeans(input: ScanInput, scans: Scans): Float32Array {
  const {groups = 1, stateSize, B, C, discretization} = input;
  const {u, steps} = scans.channelMeans(input);
  return scans.selectiveScan({
    channels: groups,
    stateSize,
    groups,
    u,
    delta: steps,
    deltaSoftplus: false,
    A: meanRates(input),
    B,
    C,
    ...(discretization && {discretization}),
  }).y;
}

/** The scan as it is, without skip and gate, [L, D]. */
export function scanAlone({D, z, ...input}: ScanInput, scans: Scans): Float32Array {
  return scans.selectiveScan(input).y;
}

/** Mean of a scan's output over the channels of each group, [L, G]. */
export function meanOfScan(input: ScanInput, scans: Scans): Float32Array {
  return runMeans(scanAlone(input, scans), groupWidth(input));
}

/**
 * Output of a scan all of whose channels of a group have one output: it is repeated, times a factor of the channel, and
 * skip and gate of each channel follow as ever.
 * @param mean [L, G]
 * @param factors [D]; default 1
 */
export function repeated(input: ScanInput, mean: Float32Array, factors?: Float32Array): Float32Array {
  const {channels, groups = 1, u, z} = input;
  const width = groupWidth(input);
  const skip = input.D ?? new Float32Array(channels);
  const scale = factors ?? new Float32Array(channels).fill(1);
  const y = new Float32Array(u.length);
  for (let run = 0; run < mean.length; run++) {
    const own = mean[run];
    const [first, from] = [(run % groups) * width, run * width];
    for (let d = 0; d < width; d++) y[from + d] = own * scale[first + d] + skip[first + d] * u[from + d];
  }
  if (z) for (let i = 0; i < y.length; i++) y[i] = y[i] * silu(z[i]);
  return y;
}
