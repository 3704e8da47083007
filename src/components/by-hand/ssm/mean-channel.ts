import {referenceScans} from "../../../lib/engine/mamba/scans.js";
import {meanOfScan, type ScanInput, scanAlone, scanOfMeans} from "../../../lib/ssm/vmeanba/mean-scan.js";
import type {ParamValues} from "../../../lib/technique/params.js";
import {numberText} from "../../kit/text/number-text.js";

/** Tokens and channels of the scan. */
export const [TOKENS, CHANNELS] = [8, 3];

/** Knobs of three channels: how far their inputs, and how far their time steps, lie apart. */
export const meanChannelParams = {
  inputs: {kind: "number", label: "Distance of the inputs", min: 0, max: 2, step: 0.1, default: 1},
  steps: {
    kind: "number",
    label: "Distance of the time steps",
    help: "Each channel's time step is the next one's over this factor.",
    min: 1,
    max: 8,
    step: 0.1,
    default: 1,
  },
} as const;

/** Values of the knobs. */
export type MeanChannel = ParamValues<typeof meanChannelParams>;

/** Input that all channels have in common. */
const COMMON = [1, 0.2, -0.6, 0.9, 0, 0, 0.5, 0];
/** Shape of what sets the channels apart. */
const APART = [0.5, -0.4, 0.3, -0.2, 0.6, 0, -0.5, 0.4];

/** Three channels with one number of state each; time steps as they are used. */
export function meanChannelScan({inputs, steps}: MeanChannel): ScanInput {
  const rows = Array.from({length: TOKENS}, (_, t) =>
    [-1, 0, 1].map((d) => COMMON[t] + d * inputs * APART[t]),
  );
  return {
    channels: CHANNELS,
    stateSize: 1,
    u: Float32Array.from(rows.flat()),
    delta: Float32Array.from({length: TOKENS * CHANNELS}, (_, i) => 0.5 * steps ** ((i % CHANNELS) - 1)),
    deltaSoftplus: false,
    A: new Float32Array(CHANNELS).fill(-1),
    B: new Float32Array(TOKENS).fill(1),
    C: new Float32Array(TOKENS).fill(1),
  };
}

/** Outputs of the three channels [tokens, channels], their mean, and the output of the mean channel, each [tokens]. */
export function meanChannelOutputs(values: MeanChannel) {
  const input = meanChannelScan(values);
  return {
    each: scanAlone(input, referenceScans),
    mean: meanOfScan(input, referenceScans),
    ofMeans: scanOfMeans(input, referenceScans),
  };
}

/** Largest distance between the mean of the outputs and the output of the mean channel. */
export function meanChannelGap(values: MeanChannel): number {
  const {mean, ofMeans} = meanChannelOutputs(values);
  return mean.reduce((most, value, t) => Math.max(most, Math.abs(value - ofMeans[t])), 0);
}

/** The state in words. */
export function meanChannelText(values: MeanChannel): string {
  const gap = meanChannelGap(values);
  return gap < 1e-6
    ? "One scan of the mean channel gives exactly the mean of the three outputs: with equal time steps a scan is linear in its input."
    : `The scan of the mean channel differs from the mean of the three outputs by up to ${numberText(gap, 2)}: time steps act through exponentials, and their mean decays otherwise than they do.`;
}
