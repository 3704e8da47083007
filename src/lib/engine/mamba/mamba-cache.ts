import type {MambaConfig} from "./mamba-config.js";

/** The memory of a layer of all tokens so far, however many. */
export interface MixerState {
  /** The last tokens before the convolution, [width - 1, channels]. */
  readonly conv: Float64Array;
  /** The state of the scan: [inner, N], in Mamba2 [heads, headDim, N]. */
  readonly scan: Float64Array;
}

/**
 * The memory of a whole model: the plug point for storing it in another way. `forward` reads each layer once a pass and
 * writes the next. There is no truncate: a state has no tokens to cut, so that a draft is read with a copy.
 */
export interface MambaCache {
  /** Tokens that the model has taken in. */
  length: number;
  read(layer: number): MixerState;
  write(layer: number, state: MixerState): void;
}

/** The memory before the first token, all zeros, kept in float64. */
export function mambaCache(config: MambaConfig): MambaCache {
  const layers = Array.from({length: config.layers}, () => emptyState(config));
  return {
    length: 0,
    read: (layer) => layers[layer],
    write(layer, state) {
      layers[layer] = state;
    },
  };
}

/** The memory of a layer before the first token: zeros. */
export function emptyState(config: MambaConfig): MixerState {
  const {innerSize, stateSize, convWidth} = config;
  return {
    conv: new Float64Array((convWidth - 1) * convChannels(config)),
    scan: new Float64Array(innerSize * stateSize),
  };
}

/** Channels that pass the convolution: x, in Mamba2 with B and C. */
export function convChannels(config: MambaConfig): number {
  if (config.architecture === "MambaForCausalLM") return config.innerSize;
  return config.innerSize + 2 * config.groups * config.stateSize;
}
