/** Learned models of cost: numbers as tokens, estimators, texts with their true cost, for scripts: `paretoscope/regress`. */

export * from "../tasks/cost-task.js";
export * from "./characters.js";
export * from "./constrained.js";
export * from "./estimators.js";
export * from "./kernels/kernel-shapes.js";
export * from "./kernels/kernel-task.js";
export * from "./ladder/features.js";
export * from "./ladder/nearest.js";
export * from "./ladder/ridge.js";
export * from "./model/regression-model.js";
export * from "./model/sample.js";
export * from "./model/target-vocabulary.js";
export * from "./numbers/ieee.js";
export * from "./numbers/normalized.js";
export * from "./numbers/p10.js";
export * from "./numbers/registry.js";
export * from "./numbers/tokenizer.js";
export * from "./numbers/vocabulary.js";
export * from "./numbers/wrappers.js";
export * from "./pieces.js";
export * from "./programs/generate.js";
export * from "./programs/interpret.js";
export * from "./programs/print.js";
export * from "./programs/program.js";
export * from "./programs/program-task.js";
export * from "./programs/read.js";
