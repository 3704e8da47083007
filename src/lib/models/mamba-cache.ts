import type {MambaConfig} from "./mamba-config.js";

/** What a layer remembers of all tokens so far, however many. */
export interface MixerState {
  /** The last tokens before the convolution, [width - 1, channels]. */
  readonly conv: Float64Array;
  /** The state of the scan: [inner, N], in Mamba2 [heads, headDim, N]. */
  readonly scan: Float64Array;
}

/** The memory of a whole model; `forward` moves it on. */
export interface MambaCache {
  length: number;
  readonly layers: MixerState[];
}

/** The memory before the first token: all zeros. */
export function mambaCache(config: MambaConfig): MambaCache {
  const {innerSize, stateSize, convWidth, layers} = config;
  const empty = (): MixerState => ({
    conv: new Float64Array((convWidth - 1) * convChannels(config)),
    scan: new Float64Array(innerSize * stateSize),
  });
  return {length: 0, layers: Array.from({length: layers}, empty)};
}

/** Channels that pass the convolution: x, in Mamba2 with B and C. */
export function convChannels(config: MambaConfig): number {
  if (config.architecture === "MambaForCausalLM") return config.innerSize;
  return config.innerSize + 2 * config.groups * config.stateSize;
}
