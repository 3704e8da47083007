/** Smaller KV caches: shared, merged, quantized, shrunk and pruned, and what they take, for scripts: `paretoscope/kv`. */

export * from "./alignment.js";
export * from "./calculator.js";
export * from "./cskv/cskv.js";
export * from "./cskv/cskv-cache.js";
export * from "./cskv/cskv-calibration.js";
export * from "./cskv/cskv-technique.js";
export * from "./in-format.js";
export * from "./kivi/kivi.js";
export * from "./kivi/kivi-cache.js";
export * from "./kivi/kivi-technique.js";
export * from "./ksort-bfp/ksort-bfp.js";
export * from "./ksort-bfp/ksort-bfp-technique.js";
export * from "./kv-config.js";
export * from "./magnitude-prune.js";
export * from "./minicache/minicache.js";
export * from "./minicache/minicache-cache.js";
export * from "./minicache/minicache-technique.js";
export * from "./mla/mla.js";
export * from "./mla/mla-technique.js";
export * from "./registry.js";
export * from "./xkv/share-layers.js";
export * from "./xkv/xkv.js";
export * from "./xkv/xkv-bytes.js";
export * from "./xkv/xkv-cache.js";
export * from "./xkv/xkv-technique.js";
