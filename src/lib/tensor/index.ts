/** Tensors, their errors, seeded randomness and Hadamard transforms for scripts: `paretoscope/tensor`. */

export * from "./activation.js";
export * from "./cholesky.js";
export * from "./dense.js";
export * from "./error.js";
export * from "./hadamard.js";
export * from "./permute.js";
export * from "./qr.js";
export * from "./random.js";
export * from "./random-svd.js";
export * from "./rotary.js";
export * from "./row-products.js";
export * from "./softmax.js";
export * from "./softmax-part.js";
export * from "./svd.js";
export * from "./svd-gram.js";
export * from "./svd-matrix.js";
export * from "./svd-truncated.js";
export * from "./tensor.js";
export * from "./transpose.js";
