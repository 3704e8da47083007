/** Softmax attention in other orders, executed and counted, for scripts: `paretoscope/reductions`. */

export * from "./attention-row.js";
export * from "./cascade/cascade.js";
export * from "./cascade/cascades.js";
export * from "./cascade/passes.js";
export * from "./cascade/run-cascade.js";
export * from "./counts.js";
export * from "./deal/deal.js";
export * from "./deal/run-deal.js";
export * from "./deal/techniques.js";
export * from "./online/technique.js";
export * from "./order.js";
export * from "./partial.js";
export * from "./plain/technique.js";
export * from "./registry.js";
export * from "./unified-max/technique.js";
