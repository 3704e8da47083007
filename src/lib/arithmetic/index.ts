/** Products without a multiplier, executed and counted, for scripts: `paretoscope/arithmetic`. */

export * from "./arithmetic.js";
export * from "./bipolar-rows.js";
export * from "./bit-planes/bit-planes.js";
export * from "./bit-planes/technique.js";
export * from "./counts.js";
export * from "./fixed-point/fixed-point.js";
export * from "./fixed-point/k-hot.js";
export * from "./fixed-point/technique.js";
export * from "./lmul/lmul.js";
export * from "./lmul/multiplier.js";
export * from "./lmul/technique.js";
export * from "./registry.js";
export * from "./shift/latents.js";
export * from "./shift/shift-float.js";
export * from "./shift/technique.js";
export * from "./shift-add/shift-add.js";
export * from "./shift-add/technique.js";
export * from "./sums/ordered-backend.js";
export * from "./sums/orders.js";
export * from "./sums/precision.js";
export * from "./tables/odd-integers.js";
export * from "./tables/sign-tables.js";
export * from "./tables/table-matrix.js";
export * from "./tables/technique.js";
export * from "./tables/wasm-tables.js";
