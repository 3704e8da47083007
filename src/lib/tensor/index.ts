/** Tensors, their errors, seeded randomness and Hadamard transforms for scripts: `paretoscope/tensor`. */

export * from "./error.js";
export * from "./hadamard.js";
export * from "./qr.js";
export * from "./random.js";
export * from "./random-svd.js";
export * from "./rotary.js";
export * from "./svd.js";
export * from "./svd-gram.js";
export * from "./svd-matrix.js";
export type {RowProducts} from "./svd-products.js";
export * from "./svd-truncated.js";
export * from "./tensor.js";
