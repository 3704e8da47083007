/** Masked diffusion language models: samplers, FreeCache, guided diffusion, the objective, for scripts: `paretoscope/diffusion`. */

export * from "./acceptance.js";
export * from "./confidence.js";
export * from "./cost.js";
export * from "./drift.js";
export * from "./engine-model.js";
export * from "./guide.js";
export * from "./guided.js";
export * from "./guided-feed.js";
export * from "./gumbel.js";
export * from "./masked-text.js";
export * from "./objective.js";
export * from "./reuse.js";
export * from "./schedule.js";
export * from "./slot-cache.js";
export * from "./unmask.js";
