/** The network over the channels of a layer; a layer of experts has many (expert-network.ts). */

import type {Activation, DenseChannels} from "../../architectures/record/channels.js";
import {gelu, geluTanh, silu} from "../../tensor/activation.js";
import type {Backend, Linear} from "../backend.js";

/** Sites inside a network: what its matrices give, and what the last of them takes; a shared expert has its own; a router's scores. */
export type NetworkSite = `${"mlp" | "mlp.shared"}.${"gate" | "up" | "hidden"}` | "mlp.scores";

/** Facts of a pass that a network of experts may know beside its input. */
export interface Routing {
  /** The stream that enters the layer, [T, hidden]. */
  entering: Float32Array;
  /** Scores of the router of the layer before, [T, experts]; null in the first layer of experts. */
  scores: Float32Array | null;
}

/**
 * x [T, hidden] to the update of the stream [T, hidden]. `see` meets the sites of a network with the rows that pass it: all
 * of a dense one, of an expert those of its tokens. A router writes its scores into `routing`.
 */
export type ChannelNetwork = (
  x: Float32Array,
  see: (site: NetworkSite, x: Float32Array, rows: number) => Float32Array,
  routing: Routing,
) => Float32Array;

/** Matrices of a network: three where it is gated, else two. */
export interface NetworkMatrices {
  readonly gate: Linear | null;
  readonly up: Linear;
  readonly down: Linear;
}

/** Width of the stream, the arithmetic, and the beginning of the network's sites. */
export interface NetworkOptions {
  readonly hiddenSize: number;
  readonly backend: Backend;
  readonly at?: "mlp" | "mlp.shared";
}

/** Functions between the matrices of a network by their names. */
const ACTIVATIONS = {
  silu,
  gelu,
  "gelu-tanh": geluTanh,
  relu: (v: number) => Math.max(0, v),
};

/** down(act(gate(x)) · up(x)), or down(act(up(x))) without a gate. */
export function denseNetwork(
  {activation}: Pick<DenseChannels, "activation">,
  {gate, up, down}: NetworkMatrices,
  {hiddenSize, backend, at = "mlp"}: NetworkOptions,
): ChannelNetwork {
  const act = activationOf(activation);
  const gated = (g: Float32Array, u: Float32Array) =>
    activation === "silu" ? backend.siluGate(g, u) : g.map((value, i) => act(value) * u[i]);
  return (x, see) => {
    const rows = x.length / hiddenSize;
    const g = gate && see(`${at}.gate`, gate(x), rows);
    const u = see(`${at}.up`, up(x), rows);
    return down(see(`${at}.hidden`, g ? gated(g, u) : u.map(act), rows));
  };
}

function activationOf(activation: Activation): (v: number) => number {
  if (activation !== "clipped-swiglu") return ACTIVATIONS[activation];
  throw new RangeError(
    `denseNetwork: activation must be one of ${Object.keys(ACTIVATIONS).join(", ")}, got ${activation}`,
  );
}
