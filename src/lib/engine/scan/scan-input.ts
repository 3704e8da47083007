/** Parts that the three forms of the selective scan share: their input, the time steps, the skip and the gate. */

import {silu, softplus} from "../../tensor/activation.js";
import {requireInteger} from "../../tensor/require.js";
import {type Numbers, widened} from "./precision.js";
import {requireGroups, requireLengths} from "./require-shapes.js";

/**
 * Discretization of B. `euler` is what Mamba computes, delta B, although its paper writes `zoh`, the exact
 * (e^(delta A) - 1) / A B; they agree to first order in delta |A|. A is always e^(delta A).
 */
export type Discretization = "euler" | "zoh";

/** One sequence of L tokens for the selective scan; all arrays row-major, in float64 unless a kernel takes float32. */
export interface SelectiveScanInput<Floats extends Float32Array | Float64Array = Float64Array> {
  /** Width of u; written D in shapes. */
  readonly channels: number;
  /** Numbers of state for each channel; written N. */
  readonly stateSize: number;
  /** Runs of neighbouring channels that share B and C; written G, default 1. */
  readonly groups?: number;
  /** [L, D] */
  readonly u: Floats;
  /** Time steps before their bias and softplus, [L, D]. */
  readonly delta: Floats;
  /** [D, N], negative for a state that decays. */
  readonly A: Floats;
  /** [L, G, N] */
  readonly B: Floats;
  /** [L, G, N] */
  readonly C: Floats;
  /** Skip from u to y, [D]; default none. */
  readonly D?: Floats;
  /** Gate: y is multiplied by silu(z), [L, D]; default none. */
  readonly z?: Floats;
  /** [D]; default 0. */
  readonly deltaBias?: Floats;
  /** Take softplus(delta + bias) as the time step (default), or delta + bias as it is. */
  readonly deltaSoftplus?: boolean;
  /** Above it softplus is the identity. */
  readonly softplusThreshold?: number;
  readonly discretization?: Discretization;
  /** h before the first token, [D, N]; default 0. */
  readonly state?: Float64Array;
}

/** The outputs of a scan. */
export interface ScanOutput<Floats extends Float32Array | Float64Array = Float64Array> {
  /** Of the shape of the scan's input. */
  readonly y: Floats;
  /** h after the last token, to carry into the next call. */
  readonly state: Float64Array;
}

/** A checked input: the forms read nothing else. */
export interface ScanSteps {
  /** L */
  readonly tokens: number;
  readonly channels: number;
  readonly stateSize: number;
  readonly groups: number;
  readonly u: Float64Array;
  /** delta after bias and softplus, [L, D]. */
  readonly delta: Float64Array;
  readonly A: Float64Array;
  readonly B: Float64Array;
  readonly C: Float64Array;
  /** The factor of B u: delta, or its exact form. */
  readonly gain: (delta: number, a: number) => number;
  /** A copy of the state to begin with, [D, N]. */
  readonly state: Float64Array;
}

/**
 * Checks an input and computes its time steps.
 * @throws RangeError naming the array whose length does not fit, or a size that is no integer of at least 1.
 */
export function scanSteps(where: string, input: SelectiveScanInput): ScanSteps {
  const {channels, stateSize, groups = 1, u, A, B, C, discretization = "euler"} = input;
  requireInteger(where, "channels", channels, 1);
  requireInteger(where, "stateSize", stateSize, 1);
  requireGroups(where, groups, channels);
  const tokens = Math.floor(u.length / channels);
  requireLengths(where, {
    u: [u, [tokens, channels]],
    delta: [input.delta, [tokens, channels]],
    A: [A, [channels, stateSize]],
    B: [B, [tokens, groups, stateSize]],
    C: [C, [tokens, groups, stateSize]],
    D: [input.D, [channels]],
    z: [input.z, [tokens, channels]],
    deltaBias: [input.deltaBias, [channels]],
    state: [input.state, [channels, stateSize]],
  });
  if (discretization !== "euler" && discretization !== "zoh") {
    throw new RangeError(`${where}: discretization must be euler or zoh, got ${discretization}`);
  }
  const state = input.state?.slice() ?? new Float64Array(channels * stateSize);
  const gain = discretization === "euler" ? (delta: number) => delta : exactGain;
  return {tokens, channels, stateSize, groups, u, delta: timeSteps(input), A, B, C, gain, state};
}

/** delta + bias through softplus, [L, D]: the time steps as the scan uses them. */
export function timeSteps({
  channels,
  delta,
  deltaBias,
  deltaSoftplus = true,
  softplusThreshold = 20,
}: Pick<
  SelectiveScanInput,
  "channels" | "delta" | "deltaBias" | "deltaSoftplus" | "softplusThreshold"
>): Float64Array {
  const steps = new Float64Array(delta.length);
  for (let i = 0; i < steps.length; i++) {
    const step = deltaBias === undefined ? delta[i] : delta[i] + deltaBias[i % channels];
    steps[i] = deltaSoftplus ? softplus(step, softplusThreshold) : step;
  }
  return steps;
}

/** (e^(delta a) - 1) / a, which is delta where a is 0. */
function exactGain(delta: number, a: number): number {
  return a === 0 ? delta : Math.expm1(delta * a) / a;
}

/** y + D u, times silu(z); the gate multiplies the skip as well. In place if y is in float64. */
export function skipAndGate(sums: Numbers, {channels, u, D, z}: SelectiveScanInput): Float64Array {
  const y = widened(sums);
  if (D !== undefined) for (let i = 0; i < y.length; i++) y[i] = y[i] + D[i % channels] * u[i];
  if (z !== undefined) for (let i = 0; i < y.length; i++) y[i] = y[i] * silu(z[i]);
  return y;
}
