import type {Tensor} from "../../tensor/tensor.js";
import type {Backend, Linear} from "../backend.js";
import type {MixerState} from "./mamba-cache.js";
import type {MambaSite} from "./mamba-hooks.js";

/** Lets the hooks of a pass see a tensor of the mixer's layer, and change it. */
export type See = (site: MambaSite, x: Float32Array) => Float32Array;

/** The normed input [T, hidden] to the update of the residual stream [T, hidden], and the state to go on with. */
export type Mixer = (
  x: Float32Array,
  state: MixerState,
  see: See,
) => {readonly update: Float32Array; readonly state: MixerState};

/** Parts that a mixer is made from: its tensors by the name after `mixer.`, already checked to be there. */
export interface MixerParts {
  readonly backend: Backend;
  tensor(name: string): Promise<Tensor>;
  /** undefined if the file has no such tensor. */
  optional(name: string): Promise<Float32Array | undefined>;
  linear(name: string): Promise<Linear>;
}

/** The columns from .. to of each row of x. */
export function columns(x: Float32Array, rows: number, from: number, to: number): Float32Array {
  const width = x.length / rows;
  const part = new Float32Array(rows * (to - from));
  for (let row = 0; row < rows; row++) {
    part.set(x.subarray(row * width + from, row * width + to), row * (to - from));
  }
  return part;
}

/** -exp(A_log): the decay rates as published models store them. */
export function decayRates({data}: Tensor): Float32Array {
  return data.map((log) => -Math.exp(log));
}
