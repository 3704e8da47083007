import type {GroupedLevels} from "../formats/grouped-levels.js";
import {silu} from "../tensor/activation.js";
import {linear as multiplyRows} from "../tensor/dense.js";
import type {Tensor} from "../tensor/tensor.js";
import {type AttentionCall, attention} from "./attention.js";
import {referenceScans, type Scans} from "./mamba/scans.js";

/** x [rows, in] to y [rows, out]; the number of rows follows from the length of x. */
export type Linear = (x: Float32Array) => Float32Array;

/** Activations of a product with packed weights: as they are, or rounded to 8 bits. */
export type PackedActivations = "f32" | "int8";

/** Makes the product of a packed matrix, which stays packed in memory; null for a matrix that it does not take. */
export type PackedLinears = (
  weight: GroupedLevels,
  bias: Float32Array | null,
  activations: PackedActivations,
) => Linear | null;

/**
 * The arithmetic of a model. The TypeScript one below is the definition; a faster one must equal it within a
 * bound that it states. Every function gives a new array and leaves its arguments alone.
 */
export interface Backend {
  readonly name: string;
  /** y = x W^T + b with W [out, in]; may keep W in a form of its own. */
  linear(weight: Tensor, bias: Float32Array | null): Linear;
  /** x / sqrt(mean(x^2) + eps) * weight for each row. (arXiv:1910.07467, equation 4) */
  rmsNorm(x: Float32Array, weight: Float32Array, eps: number): Float32Array;
  /** gate * sigmoid(gate) * up, element by element. (arXiv:2002.05202, SwiGLU) */
  siluGate(gate: Float32Array, up: Float32Array): Float32Array;
  attention(call: AttentionCall): Float32Array;
  readonly scans: Scans;
  /** Products with packed weights, where the backend has them; {@link packedLinear} defines what they give. */
  packed?(): Promise<PackedLinears>;
  /** Bytes of the weights that the backend holds in memory of its own, where it has one. */
  heldBytes?(): number;
}

/** Plain loops: products are summed in float64 and rounded to float32 once. */
export const referenceBackend: Backend = {
  name: "reference",
  linear,
  rmsNorm,
  siluGate,
  attention,
  scans: referenceScans,
};

function linear({shape, data: w}: Tensor, bias: Float32Array | null): Linear {
  const inputs = shape[1];
  return (x) => multiplyRows(x, w, inputs, bias);
}

function rmsNorm(x: Float32Array, weight: Float32Array, eps: number): Float32Array {
  const n = weight.length;
  const y = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += n) {
    let squares = 0;
    for (let i = 0; i < n; i++) squares += x[start + i] ** 2;
    const scale = 1 / Math.sqrt(squares / n + eps);
    for (let i = 0; i < n; i++) y[start + i] = x[start + i] * scale * weight[i];
  }
  return y;
}

function siluGate(gate: Float32Array, up: Float32Array): Float32Array {
  return gate.map((g, i) => silu(g) * up[i]);
}
