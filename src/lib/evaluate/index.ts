/** Measures of what a changed model still knows, for scripts: `paretoscope/evaluate`. */

export * from "./cached-model.js";
export * from "./eval-texts.js";
export * from "./evaluate.js";
export * from "./evaluation-rows.js";
export * from "./fisher-curvature.js";
export * from "./layer-sensitivity.js";
export * from "./loss-reduction.js";
export * from "./prepare-model.js";
export * from "./quality.js";
export * from "./recorded-prefill.js";
export * from "./token-scores.js";
