/** Decoding with fixed shapes, for scripts: `paretoscope/compiled`. */

export * from "./nitro/static-attention.js";
export * from "./nitro/static-decoder.js";
export * from "./nitro/static-inputs.js";
export * from "./nitro/static-shape.js";
export * from "./nitro/technique.js";
export * from "./registry.js";
export * from "./static-technique.js";
