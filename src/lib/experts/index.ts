/** Mixtures of experts: what is routed, loaded and left out, for scripts: `paretoscope/experts`. */

export * from "./block-ffn/losses.js";
export * from "./block-ffn/technique.js";
export * from "./mixtral.js";
export * from "./mixture-technique.js";
export * from "./moe-plus-plus/balance.js";
export * from "./moe-plus-plus/technique.js";
export * from "./registry.js";
export * from "./routing-trace.js";
export * from "./small-thinker/expert-store.js";
export * from "./small-thinker/popular-trace.js";
export * from "./small-thinker/shapes.js";
export * from "./small-thinker/technique.js";
