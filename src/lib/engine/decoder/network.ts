/** The network over the channels of a layer. */

import type {DenseChannels} from "../../architectures/model-record.js";
import {gelu, geluTanh, silu} from "../../tensor/activation.js";
import type {Backend, Linear} from "../backend.js";

/** The matrices of a network: three where it is gated, else two. */
export interface ChannelNetwork {
  readonly gate: Linear | null;
  readonly up: Linear;
  readonly down: Linear;
  /** What the down projection takes, from the gate (null: none) and the up projection's output. */
  hidden(gate: Float32Array | null, up: Float32Array, backend: Backend): Float32Array;
}

const ACTIVATIONS = {silu, gelu, "gelu-tanh": geluTanh, relu: (v: number) => Math.max(0, v)};

/** The network with its rule between the matrices: act(gate) · up, or act(up). */
export function channelNetwork(
  {activation}: DenseChannels,
  matrices: Pick<ChannelNetwork, "gate" | "up" | "down">,
): ChannelNetwork {
  if (activation === "clipped-swiglu") {
    throw new RangeError(
      `channelNetwork: activation must be one of ${Object.keys(ACTIVATIONS).join(", ")}, got ${activation}`,
    );
  }
  const act = ACTIVATIONS[activation];
  return {
    ...matrices,
    hidden(gate, up, backend) {
      if (gate === null) return up.map((value) => act(value));
      return activation === "silu" ? backend.siluGate(gate, up) : gate.map((value, i) => act(value) * up[i]);
    },
  };
}
