/** Smaller KV caches: shared, merged, quantized, shrunk and pruned, and what they take, for scripts: `paretoscope/kv`. */

export * from "./alignment.js";
export * from "./calculator.js";
export * from "./cskv.js";
export * from "./kivi.js";
export * from "./ksort-bfp.js";
export * from "./kv-config.js";
export * from "./magnitude-prune.js";
export * from "./minicache.js";
export * from "./mla.js";
export * from "./share-layers.js";
export * from "./xkv.js";
export * from "./xkv-ratio.js";
