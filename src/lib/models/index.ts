/** Models in whose plug points a technique can be tried, for scripts: `paretoscope/models`. */

export * from "./attention.js";
export * from "./backend.js";
export * from "./config.js";
export * from "./decoder.js";
export * from "./decoder-weights.js";
export * from "./eval-texts.js";
export * from "./evaluate.js";
export * from "./evaluation-rows.js";
export * from "./generate.js";
export * from "./hooks.js";
export * from "./kv-cache.js";
export * from "./layer-sensitivity.js";
export * from "./load-decoder.js";
export * from "./loss-reduction.js";
export * from "./observe.js";
export * from "./open-decoder.js";
export * from "./packed-kv-cache.js";
export * from "./prepared-model.js";
export * from "./quality.js";
export * from "./quantize-decoder.js";
export * from "./rope.js";
export * from "./wasm-backend.js";
