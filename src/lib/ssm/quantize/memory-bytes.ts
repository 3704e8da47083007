/** Bytes of what a state-space model with int8 activations keeps beside its weights, from the shapes alone. */

import {convChannels} from "../../engine/mamba/mamba-cache.js";
import type {MambaConfig} from "../../engine/mamba/mamba-config.js";
import {convParts, projectionParts} from "../../engine/mamba/mamba-weights.js";

/** Scales that calibration fixed, and the two memories of all layers for one text of any length. */
export interface MemoryBytes {
  readonly scales: number;
  /** Codes of the state of the scans, with scales of their own. */
  readonly scanState: number;
  /** The same of what the convolutions remember. */
  readonly convState: number;
}

/** Static scales of a layer's tensors where a quantizer has more than one. */
export type ScaleCounts = Readonly<Partial<Record<"x" | "B" | "C" | "state", number>>>;

const SCALE_BYTES = 4;

/**
 * The bytes where every scale is static: one for each tensor between the kernels, one for each part of the input
 * projection, which the convolution's memory shares; and the counts given.
 */
export function staticMemoryBytes(
  config: MambaConfig,
  roundsEnds: boolean,
  {x = 1, B = 1, C = 1, state = 1}: ScaleCounts = {},
): MemoryBytes {
  const [inputAndOutput, lowRankAndDt] = [2, 2];
  const own = config.architecture === "MambaForCausalLM" ? lowRankAndDt : B + C;
  const layer = inputAndOutput + projectionParts(config).length + x + own + state;
  const scales = config.layers * layer + (roundsEnds ? 1 : 0);
  return {scales: SCALE_BYTES * scales, ...codeBytes(config)};
}

/** The bytes where every scale is a row's own: nothing fixed, and a scale for each packed row of each part. */
export function dynamicMemoryBytes(config: MambaConfig): MemoryBytes {
  const {scanState, convState} = codeBytes(config);
  const rows = config.layers * (config.convWidth - 1) * convParts(config).length;
  return {
    scales: 0,
    scanState: scanState + SCALE_BYTES * config.layers,
    convState: convState + SCALE_BYTES * rows,
  };
}

function codeBytes(config: MambaConfig): Pick<MemoryBytes, "scanState" | "convState"> {
  const {layers, innerSize, stateSize, convWidth} = config;
  return {
    scanState: layers * innerSize * stateSize,
    convState: layers * (convWidth - 1) * convChannels(config),
  };
}
