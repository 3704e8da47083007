/** Mixers of tokens between attention and state, for scripts: `paretoscope/mixers`. */

export * from "./attamba/boundaries.js";
export * from "./attamba/iso-widths.js";
export * from "./attamba/random-ends.js";
export * from "./attamba/technique.js";
export * from "./mixer-technique.js";
export * from "./registry.js";
