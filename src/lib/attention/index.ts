/** Which keys a query reads: selectors, masks, eviction rules and their measures, for scripts: `paretoscope/attention`. */

export * from "./active-set.js";
export * from "./attend-selected.js";
export * from "./budget-mask.js";
export * from "./decode-attention.js";
export * from "./eviction.js";
export * from "./gelu.js";
export * from "./h2o.js";
export * from "./h2o-released.js";
export * from "./hit-metrics.js";
export * from "./logits.js";
export * from "./oracle.js";
export * from "./quest.js";
export * from "./quest-released.js";
export * from "./random-selection.js";
export * from "./selection.js";
export * from "./selection-metrics.js";
export * from "./snapkv.js";
export * from "./snapkv-released.js";
export * from "./streaming-llm.js";
export * from "./threshold-mask.js";
export * from "./tokenbutler.js";
export * from "./tokenbutler-cost.js";
