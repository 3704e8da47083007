/** Mixers of tokens between attention and state, for scripts: `paretoscope/mixers`. */

export * from "./attamba/boundaries.js";
export * from "./attamba/iso-widths.js";
export * from "./attamba/random-ends.js";
export * from "./attamba/technique.js";
export * from "./ecoformer/code-attention.js";
export * from "./ecoformer/hash-function.js";
export * from "./ecoformer/kernel-map.js";
export * from "./ecoformer/learn-hash.js";
export * from "./ecoformer/similarity-labels.js";
export * from "./ecoformer/technique.js";
export * from "./kronecker/exp-polynomial.js";
export * from "./kronecker/monomials.js";
export * from "./kronecker/polynomial-attention.js";
export * from "./kronecker/technique.js";
export * from "./kronecker/tensor-attention.js";
export * from "./matmul-free/technique.js";
export * from "./mixer-technique.js";
export * from "./operation-counts.js";
export * from "./registry.js";
