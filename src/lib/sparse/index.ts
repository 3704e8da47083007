/** Sparse weights: forms that leave zeros out, products that read them, and what they cost, for scripts: `paretoscope/sparse`. */

export * from "./bitmap/bitmap.js";
export * from "./bitmap/bitmap-bf16.js";
export * from "./bitmap/bitmap-int8.js";
export * from "./bitmap/row-int8.js";
export * from "./bitmap/tile-order.js";
export * from "./registry.js";
export * from "./sparse-form.js";
