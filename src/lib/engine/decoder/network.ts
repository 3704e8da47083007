/** The networks over the channels of a layer: one for all tokens, or a few of many for each. */

import type {Activation, DenseChannels, ExpertChannels} from "../../architectures/model-record.js";
import {gelu, geluTanh, silu} from "../../tensor/activation.js";
import {softmaxInPlace} from "../../tensor/softmax.js";
import type {Backend, Linear} from "../backend.js";
import {add} from "../residual-stream.js";

/** Sites inside a network: what its matrices give, and what the last of them takes; a shared expert has its own. */
export type NetworkSite = `${"mlp" | "mlp.shared"}.${"gate" | "up" | "hidden"}`;

/**
 * x [T, hidden] to the update of the stream [T, hidden]. `see` meets the sites of a network with the rows that pass it: all
 * of a dense one, of an expert those of its tokens.
 */
export type ChannelNetwork = (
  x: Float32Array,
  see: (site: NetworkSite, x: Float32Array, rows: number) => Float32Array,
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

/** Parts of a network of experts. */
export interface ExpertParts {
  readonly router: Linear;
  readonly experts: readonly ChannelNetwork[];
  /** A network that every token passes, and the row that weighs it; null: none. */
  readonly shared: ChannelNetwork | null;
  readonly sharedGate: Linear | null;
}

/**
 * The sum of the `active` likeliest experts of each token, each times its share of the router's softmax, and of the shared
 * network. Of equal experts the first is taken. (arXiv:2401.04088, section 2.1)
 */
export function expertNetwork(
  {active, router: rule}: ExpertChannels,
  {router, experts, shared, sharedGate}: ExpertParts,
  hiddenSize: number,
): ChannelNetwork {
  return (x, see) => {
    const scores = router(x);
    const tokens = x.length / hiddenSize;
    const y = new Float32Array(x.length);
    const chosen = Array.from({length: tokens}, (_, t) =>
      chosenExperts(scores.subarray(t * experts.length, (t + 1) * experts.length), active, rule),
    );
    experts.forEach((expert, e) => {
      const own = chosen.flatMap((weights, t) => (weights.has(e) ? [t] : []));
      if (own.length === 0) return;
      const update = expert(rowsOf(x, own, hiddenSize), see);
      own.forEach((t, i) => {
        const weight = chosen[t].get(e)!;
        for (let c = 0; c < hiddenSize; c++)
          y[t * hiddenSize + c] = y[t * hiddenSize + c] + weight * update[i * hiddenSize + c];
      });
    });
    if (shared === null) return y;
    const common = shared(x, see);
    const weights = sharedGate?.(x);
    return add(
      y,
      weights ? common.map((value, i) => value * sigmoid(weights[Math.floor(i / hiddenSize)])) : common,
    );
  };
}

/** Weights of the likeliest experts of a token, by their numbers. */
function chosenExperts(
  scores: Float32Array,
  active: number,
  {normalized, scale}: ExpertChannels["router"],
): ReadonlyMap<number, number> {
  const p = new Float64Array(scores);
  softmaxInPlace(p, 0, p.length);
  const best = Array.from(p.keys())
    .sort((a, b) => p[b] - p[a] || a - b)
    .slice(0, active);
  const sum = normalized ? best.reduce((all, e) => all + p[e], 0) : 1;
  return new Map(best.map((e) => [e, (scale * p[e]) / sum]));
}

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

/** Some rows of x, one after another. */
function rowsOf(x: Float32Array, rows: readonly number[], width: number): Float32Array {
  const part = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    part.set(x.subarray(row * width, (row + 1) * width), i * width);
  });
  return part;
}
