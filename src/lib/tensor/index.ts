/** Tensors, their errors, seeded randomness and Hadamard transforms for scripts: `paretoscope/tensor`. */

export * from "./error.js";
export * from "./hadamard.js";
export * from "./random.js";
export * from "./tensor.js";
