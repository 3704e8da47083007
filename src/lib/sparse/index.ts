/** Sparse weights: forms that leave zeros out, products that read them, and what they cost, for scripts: `paretoscope/sparse`. */

export * from "./attention/sparse-attention.js";
export * from "./bitmap/bitmap.js";
export * from "./bitmap/bitmap-bf16.js";
export * from "./bitmap/bitmap-int8.js";
export * from "./bitmap/row-int8.js";
export * from "./bitmap/tile-order.js";
export * from "./listed/listed-bf16.js";
export * from "./products/sparse-linear.js";
export * from "./products/wasm-sparse.js";
export * from "./pruning/keep-mask.js";
export * from "./pruning/pattern.js";
export * from "./pruning/prune-decoder.js";
export * from "./pruning/pruning-method.js";
export * from "./pruning/registry.js";
export * from "./pruning/stored-bytes.js";
export * from "./pruning/wanda.js";
export * from "./registry.js";
export * from "./sparse-form.js";
export * from "./structured/channel-scores.js";
export * from "./structured/choose-units.js";
export * from "./structured/registry.js";
export * from "./structured/remove-units.js";
export * from "./structured/structured-method.js";
export * from "./structured/units.js";
