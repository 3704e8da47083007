/** Kernels that are almost right, and tests that find them, for scripts: `paretoscope/verification`. */

export * from "./bugs/bug-class.js";
export * from "./bugs/loops.js";
export * from "./bugs/registry.js";
export * from "./bugs/values.js";
export * from "./compile.js";
export * from "./differential.js";
export * from "./generators.js";
export * from "./kernel.js";
export * from "./kernels/passes.js";
export * from "./kernels/products.js";
export * from "./kernels/record.js";
export * from "./kernels/registry.js";
export * from "./mutants.js";
export * from "./print.js";
export * from "./read.js";
export * from "./unroll.js";
